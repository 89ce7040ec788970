import type { components } from "@/api/schema";
import { millisecondsOf } from "../runs";

/** What a timeline needs to know of a run. */
export type TimelineRun = Omit<components["schemas"]["ListedRun"], "error"> & {
  error?: components["schemas"]["RunError"] | null;
};

/** A run in a timeline: below its parent where that is there too. */
export interface TimelineRow {
  run: TimelineRun;
  depth: number;
  children: number;
  isClosed: boolean;
}

/** From when to when a timeline goes, in milliseconds. */
export interface Axis {
  start: number;
  end: number;
}

/** A moment that is written on the axis, and where. */
export interface Tick {
  at: number;
  percent: number;
}

/**
 * Runs in the order given, each followed by its children by start; a run shows below its parent
 * wherever that stands. Children of what is in `closed` are left out.
 */
export function rowsOf(runs: readonly TimelineRun[], closed: ReadonlySet<string>): TimelineRow[] {
  const known = new Map(runs.map((run) => [keyOf(run.id, run.job), run]));
  const below = new Map<string, TimelineRun[]>();
  const tops: TimelineRun[] = [];
  for (const run of runs) {
    const above = parentOf(run, known);
    if (above === undefined) tops.push(run);
    else below.set(above, [...(below.get(above) ?? []), run]);
  }
  const rows: TimelineRow[] = [];
  const seen = new Set<string>();
  const add = (run: TimelineRun, depth: number): void => {
    const key = keyOf(run.id, run.job);
    if (seen.has(key)) return;
    seen.add(key);
    const children = [...(below.get(key) ?? [])].sort(byStart);
    const isClosed = closed.has(key);
    rows.push({ run, depth, children: children.length, isClosed });
    if (isClosed) for (const child of children) hide(child, below, seen);
    else for (const child of children) add(child, depth + 1);
  };
  for (const run of tops) add(run, 0);
  // Runs that name each other as parents hang below nothing; they are shown all the same.
  for (const run of runs) add(run, 0);
  return rows;
}

/** What tells a run from others: several jobs may share a run id. */
export function keyOf(id: string, job: { namespace: string; name: string }): string {
  return JSON.stringify([id, job.namespace, job.name]);
}

/** The time that runs take up together, with a little room; nothing where no start is known. */
export function axisOf(runs: readonly TimelineRun[], now: number): Axis | undefined {
  let start = Number.POSITIVE_INFINITY;
  let end = Number.NEGATIVE_INFINITY;
  for (const run of runs) {
    const began = startOf(run);
    if (began === undefined) continue;
    start = Math.min(start, began);
    end = Math.max(end, began + (millisecondsOf(run, now) ?? 0));
  }
  if (start > end) return undefined;
  const room = Math.max(1, (end - start) * 0.02);
  return { start, end: end + room };
}

/** Where the bar of a run begins and how wide it is, in percent of the axis. */
export function barOf(
  run: TimelineRun,
  axis: Axis,
  now: number,
): { left: number; width: number } | undefined {
  const began = startOf(run);
  if (began === undefined) return undefined;
  const whole = axis.end - axis.start;
  const left = (100 * (began - axis.start)) / whole;
  const width = (100 * (millisecondsOf(run, now) ?? 0)) / whole;
  return { left, width: Math.min(width, 100 - left) };
}

const STEPS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000,
  300_000, 600_000, 900_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000, 21_600_000, 43_200_000,
  86_400_000, 172_800_000, 604_800_000, 1_209_600_000, 2_592_000_000, 7_776_000_000, 15_552_000_000,
  31_536_000_000,
];
const MOST_TICKS = 5;

/** Round moments to write on the axis. */
export function ticksOf(axis: Axis): Tick[] {
  const whole = axis.end - axis.start;
  const step = STEPS.find((one) => whole / one <= MOST_TICKS) ?? whole;
  const ticks: Tick[] = [];
  for (let at = Math.ceil(axis.start / step) * step; at < axis.end; at += step) {
    ticks.push({ at, percent: (100 * (at - axis.start)) / whole });
  }
  return ticks;
}

/** How moments are written on an axis of a length, in as few words as it allows. */
export function tickWords({ start, end }: Axis): (at: number) => string {
  const format = new Intl.DateTimeFormat(undefined, tickFormat(end - start));
  return (at) => format.format(at);
}

function tickFormat(whole: number): Intl.DateTimeFormatOptions {
  if (whole > 172_800_000) return { month: "short", day: "numeric" };
  if (whole < 5_000) {
    return { minute: "2-digit", second: "2-digit", fractionalSecondDigits: 1 };
  }
  return { timeStyle: whole < 600_000 ? "medium" : "short" };
}

function startOf(run: TimelineRun): number | undefined {
  const at = run.started_at ?? run.ended_at;
  return at === null ? undefined : Date.parse(at);
}

function parentOf(run: TimelineRun, known: ReadonlyMap<string, TimelineRun>): string | undefined {
  if (run.parent === null) return undefined;
  const key = keyOf(run.parent.id, run.parent.job);
  return known.has(key) && key !== keyOf(run.id, run.job) ? key : undefined;
}

function byStart(one: TimelineRun, other: TimelineRun): number {
  return (startOf(one) ?? 0) - (startOf(other) ?? 0);
}

function hide(
  run: TimelineRun,
  below: ReadonlyMap<string, TimelineRun[]>,
  seen: Set<string>,
): void {
  const key = keyOf(run.id, run.job);
  if (seen.has(key)) return;
  seen.add(key);
  for (const child of below.get(key) ?? []) hide(child, below, seen);
}
