import type { components } from "@/api/schema";

/** What every answer about a run has. */
export type RunBar = components["schemas"]["RunBar"];
export type RunState = RunBar["state"];

export const RUN_STATES: readonly RunState[] = ["RUNNING", "FAILED", "ABORTED", "COMPLETED", "NEW"];

const TONES: Record<RunState, string> = {
  NEW: "idle",
  RUNNING: "busy",
  COMPLETED: "good",
  FAILED: "bad",
  ABORTED: "warn",
};

/** The colour of a state, as a variable of tokens.css. */
export function colourOf(state: RunState): string {
  return `var(--hw-${TONES[state]})`;
}

/** How long a run took, or has taken until now; nothing where its start is not known. */
export function millisecondsOf(
  run: Pick<RunBar, "state" | "started_at" | "duration_ms">,
  now: number,
): number | undefined {
  if (run.duration_ms !== null) return run.duration_ms;
  if (run.state !== "RUNNING" || run.started_at === null) return undefined;
  return Math.max(0, now - Date.parse(run.started_at));
}

/** A state as the addresses of pages say it, nothing for any other word. */
export function stateOf(value: unknown): RunState | undefined {
  return RUN_STATES.find((state) => state === value);
}

/** The median of how long complete runs took, nothing without any. */
export function usualMilliseconds(runs: readonly RunBar[]): number | undefined {
  const times = runs
    .filter((run) => run.state === "COMPLETED" && run.duration_ms !== null)
    .map((run) => run.duration_ms ?? 0)
    .sort((one, other) => one - other);
  return times[Math.floor(times.length / 2)];
}
