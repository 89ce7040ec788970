import { lineOf } from "@/ui/jsonText";
import type { Finding, Level } from "./questions";

const WEIGHTS: Record<Level, number> = { info: 0, warning: 1, error: 2 };

/** How bad the worst finding on each line is, by the number of the line. */
export function marksOf(
  findings: readonly Finding[],
  places: ReadonlyMap<string, number>,
): ReadonlyMap<number, Level> {
  const marks = new Map<number, Level>();
  for (const { path, severity } of findings) {
    const line = lineOf(places, path);
    const held = marks.get(line);
    if (held === undefined || WEIGHTS[held] < WEIGHTS[severity]) marks.set(line, severity);
  }
  return marks;
}
