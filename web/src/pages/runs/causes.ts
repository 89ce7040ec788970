import type { Run, RunLine } from "./questions";

/** The runs below a run that failed by themselves: of what failed, all below which nothing did. */
export function causesOf(run: Pick<Run, "id" | "job" | "family">): RunLine[] {
  const below = new Set([run.id]);
  const failed: RunLine[] = [];
  // Parents stand before their children, so one look at each is enough.
  for (const one of run.family) {
    if (one.parent === null || !below.has(one.parent.id) || one.id === run.id) continue;
    below.add(one.id);
    if (one.state === "FAILED") failed.push(one);
  }
  const above = new Set(failed.map((one) => one.parent?.id));
  return failed.filter((one) => !above.has(one.id));
}
