import type { Mark } from "@/graph/services";
import classes from "./Waterfall.module.css";

const PATTERNS = [
  classes.plain,
  classes.rising,
  classes.dots,
  classes.upright,
  classes.falling,
] as const;

/** The class of a service's pattern, and its colour. */
export function drawnAs(mark: Mark): { className: string; style: { backgroundColor: string } } {
  return {
    className: PATTERNS[mark.pattern] ?? "",
    style: { backgroundColor: `var(${tokenOf(mark)})` },
  };
}

/** The token of a service's colour, for what is drawn on a canvas. */
export function tokenOf(mark: Mark): string {
  return `--hw-series-${mark.colour + 1}`;
}
