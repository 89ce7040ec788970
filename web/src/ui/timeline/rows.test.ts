import { describe, expect, it } from "vitest";
import { axisOf, barOf, keyOf, rowsOf, type TimelineRun, ticksOf, tickWords } from "./rows";

function run(id: string, more: Partial<TimelineRun> = {}): TimelineRun {
  return {
    id,
    job: { namespace: "ns", name: `job ${id}` },
    state: "COMPLETED",
    own_state: "COMPLETED",
    warning: false,
    started_at: "2026-11-21T08:00:00Z",
    ended_at: "2026-11-21T08:00:10Z",
    duration_ms: 10_000,
    parent: null,
    ...more,
  };
}

function childOf(parent: string): Partial<TimelineRun> {
  return { parent: { id: parent, job: { namespace: "ns", name: `job ${parent}` } } };
}

const shape = (runs: TimelineRun[], closed: string[] = []) =>
  rowsOf(runs, new Set(closed)).map((row) => [row.run.id, row.depth]);

describe("the rows of a timeline", () => {
  it("shows children below their parents by their start", () => {
    const late = run("3", { ...childOf("1"), started_at: "2026-11-21T08:00:05Z" });
    expect(shape([late, run("2", childOf("1")), run("1"), run("4")])).toEqual([
      ["1", 0],
      ["2", 1],
      ["3", 1],
      ["4", 0],
    ]);
  });

  it("leaves out what is below a closed run, however deep", () => {
    const runs = [run("1"), run("2", childOf("1")), run("3", childOf("2")), run("4")];
    const closed = [keyOf("1", { namespace: "ns", name: "job 1" })];
    expect(shape(runs, closed)).toEqual([
      ["1", 0],
      ["4", 0],
    ]);
  });

  it("shows a child whose parent is not there, and runs in a circle", () => {
    expect(shape([run("2", childOf("1"))])).toEqual([["2", 0]]);
    expect(shape([run("1", childOf("2")), run("2", childOf("1"))])).toEqual([
      ["1", 0],
      ["2", 1],
    ]);
  });

  it("keeps runs of several jobs with one id apart", () => {
    const other = run("1", { job: { namespace: "ns", name: "other" } });
    expect(shape([run("1"), other])).toHaveLength(2);
  });
});

describe("the axis of a timeline", () => {
  const now = Date.parse("2026-11-21T08:01:00Z");

  it("goes from the first start to the last end, which is now while a run is under way", () => {
    const running = run("2", { state: "RUNNING", ended_at: null, duration_ms: null });
    const axis = axisOf([run("1"), running], now);
    expect(axis?.start).toBe(Date.parse("2026-11-21T08:00:00Z"));
    expect(axis?.end).toBeGreaterThanOrEqual(now);
    expect(axisOf([run("1", { started_at: null, ended_at: null })], now)).toBeUndefined();
  });

  it("places bars in percent", () => {
    const axis = {
      start: Date.parse("2026-11-21T07:59:50Z"),
      end: Date.parse("2026-11-21T08:00:30Z"),
    };
    expect(barOf(run("1"), axis, now)).toEqual({ left: 25, width: 25 });
  });

  it("has a few round moments with short names", () => {
    const axis = { start: 1_000_100, end: 1_049_000 };
    const ticks = ticksOf(axis);
    expect(ticks.length).toBeGreaterThan(1);
    expect(ticks.length).toBeLessThanOrEqual(6);
    expect(ticks.every((tick) => tick.at % 1_000 === 0)).toBe(true);
    expect(tickWords(axis)(ticks[0]?.at ?? 0)).toMatch(/\d/);
  });
});

it("has a round moment that leaves room for its words, whatever its length", () => {
  for (let length = 1; length < 5 * 31_536_000_000; length *= 1.3) {
    for (const start of [0, 1_704_412_800_000, 1_795_000_000_123]) {
      const ticks = ticksOf({ start, end: start + length });
      expect(ticks.length).toBeLessThanOrEqual(6);
      expect(ticks[0]?.percent).toBeLessThanOrEqual(86);
    }
  }
});
