import { describe, expect, it } from "vitest";
import { millisecondsOf, type RunBar, stateOf, usualMilliseconds } from "./runs";

function run(state: RunBar["state"], duration_ms: number | null): RunBar {
  return { id: "1", state, started_at: "2026-11-21T00:00:00Z", ended_at: null, duration_ms };
}

describe("how long runs take", () => {
  it("grows while a run is under way, and only then", () => {
    const now = Date.parse("2026-11-21T00:00:05Z");
    expect(millisecondsOf(run("RUNNING", null), now)).toBe(5_000);
    expect(millisecondsOf(run("COMPLETED", 70), now)).toBe(70);
    expect(millisecondsOf(run("FAILED", null), now)).toBeUndefined();
    expect(millisecondsOf({ ...run("RUNNING", null), started_at: null }, now)).toBeUndefined();
  });

  it("is usually the median of complete runs", () => {
    const runs = [run("COMPLETED", 10), run("FAILED", 9_000), run("COMPLETED", 30)];
    expect(usualMilliseconds([...runs, run("COMPLETED", 20)])).toBe(20);
    expect(usualMilliseconds([run("FAILED", 1)])).toBeUndefined();
  });

  it("takes only states that there are from an address", () => {
    expect(stateOf("FAILED")).toBe("FAILED");
    expect(stateOf("failed")).toBeUndefined();
  });
});
