import classes from "./Waterfall.module.css";

const COLOURS = 6;
const PATTERNS = [
  classes.plain,
  classes.rising,
  classes.dots,
  classes.upright,
  classes.falling,
] as const;

/** The class of a service's pattern and its colour: neither alone tells services apart. */
export function markOf(service: number): { className: string; style: { backgroundColor: string } } {
  return {
    className: PATTERNS[service % PATTERNS.length] ?? "",
    style: { backgroundColor: `var(${tokenOf(service)})` },
  };
}

/** The token of a service's colour, for what is drawn on a canvas. */
export function tokenOf(service: number): string {
  return `--hw-series-${(service % COLOURS) + 1}`;
}
