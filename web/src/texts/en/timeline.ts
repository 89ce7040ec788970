/** Texts of runs along an axis of time. */
export const timeline = {
  run: "Run",
  state: "State",
  started: "Started",
  took: "Took",
  time: "Time",
  below: "part of",
  children: (count: number) => (count === 1 ? "1 more below" : `${count} more below`),
  fold: (job: string) => `Runs below ${job}`,
} as const;
