import { thousands } from "./thousands";

/** Texts of the picture of a trace. */
export const waterfall = {
  label: "Spans of the trace",
  keys: "Arrow keys move, open and close; Enter shows the span; E goes to the next error, N to the next span that was found; plus, minus and 0 zoom.",
  span: "Span",
  time: "Time",
  failed: "failed",
  below: (count: number) => `+${thousands(count)}`,
  failedBelow: (count: number) => (count === 1 ? "1 error" : `${thousands(count)} errors`),
  minimap: (count: number) => `All ${thousands(count)} spans over the time of the trace`,
  minimapHint: "Drag to zoom, click to see all",
} as const;
