import { describe, expect, it } from "vitest";
import type { RunBar } from "@/ui/runs";
import { comparable, diffLines, growthOf } from "./compare";

function bar(id: string, started_at: string, state: RunBar["state"] = "COMPLETED"): RunBar {
  return { id, state, started_at, ended_at: null, duration_ms: 1 };
}

describe("what a run is worth comparing with", () => {
  const now = "2026-11-21T08:00:00Z";

  it("is the run before, the last good one and that of a day before", () => {
    const recent = [
      bar("now", now, "FAILED"),
      bar("hour", "2026-11-21T07:00:00Z", "FAILED"),
      bar("good", "2026-11-21T06:00:00Z"),
      bar("day", "2026-11-20T07:30:00Z"),
    ];
    const found = comparable({ id: "now", recent, previous: "hour", started_at: now });
    expect(found.map((one) => one.id)).toEqual(["hour", "good", "day"]);
  });

  it("names each run once, and none for the first run", () => {
    const recent = [bar("now", now), bar("before", "2026-11-21T07:00:00Z")];
    const found = comparable({ id: "now", recent, previous: "before", started_at: now });
    expect(found).toHaveLength(1);
    expect(
      comparable({ id: "now", recent: [bar("now", now)], previous: null, started_at: now }),
    ).toEqual([]);
  });
});

describe("how numbers grew", () => {
  it("is said with its sign and in percent", () => {
    expect(growthOf(100, 150)).toBe("+50 (+50 %)");
    expect(growthOf(2_000, 1_000)).toBe("−1,000 (−50 %)");
    expect(growthOf(0, 5)).toBe("+5");
    expect(growthOf(5, 5)).toBeUndefined();
    expect(growthOf(null, 5)).toBeUndefined();
  });
});

describe("two texts side by side", () => {
  const shape = (before: string, after: string) =>
    diffLines(before, after).map((line) => `${line.kind} ${line.text}`);

  it("keeps what both have and marks what only one has", () => {
    expect(shape("SELECT a\nFROM t", "SELECT a, b\nFROM t")).toEqual([
      "gone SELECT a",
      "new SELECT a, b",
      "same FROM t",
    ]);
    expect(shape("a\nb\nc", "a\nc")).toEqual(["same a", "gone b", "same c"]);
    expect(shape("a", "a")).toEqual(["same a"]);
    expect(shape("a\na", "a")).toEqual(["same a", "gone a"]);
  });

  it("numbers the lines of each side", () => {
    const lines = diffLines("a\nb", "x\nb");
    expect(lines.map((line) => [line.before, line.after])).toEqual([
      [1, null],
      [null, 1],
      [2, 2],
    ]);
  });
});
