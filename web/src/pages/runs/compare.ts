import { texts } from "@/texts";
import type { Run, RunComparison } from "./questions";

const said = texts.runs;
const DAY = 86_400_000;

/** An earlier run of the same job that is worth a comparison, and why. */
export interface Comparable {
  words: string;
  id: string;
}

/** The run before, the last complete one before, the one of about a day before; each once. */
export function comparable(
  run: Pick<Run, "id" | "recent" | "previous" | "started_at">,
): Comparable[] {
  const place = run.recent.findIndex((one) => one.id === run.id);
  const earlier = place < 0 ? run.recent : run.recent.slice(place + 1);
  const began = run.started_at === null ? undefined : Date.parse(run.started_at);
  const dayBefore =
    began === undefined
      ? undefined
      : earlier.find((one) => one.started_at !== null && Date.parse(one.started_at) <= began - DAY);
  const found: [string, string | null | undefined][] = [
    [said.comparePrevious, run.previous],
    [said.compareGood, earlier.find((one) => one.state === "COMPLETED")?.id],
    [said.compareDay, dayBefore?.id],
  ];
  const seen = new Set<string>();
  return found.flatMap(([words, id]) => {
    if (!id || seen.has(id)) return [];
    seen.add(id);
    return [{ words, id }];
  });
}

/** In which ways two runs are different, in words. */
export function differencesOf(found: RunComparison): string[] {
  const { difference } = found;
  const { nodes, edges, columns, changed } = difference;
  const sets = [nodes, edges, columns];
  const ways: [boolean, string][] = [
    [found.before.state !== found.after.state, said.differences.state],
    [sets.some((set) => set.added.length + set.removed.length > 0), said.differences.lineage],
    [changed.some((one) => one.schema.length > 0), said.differences.schema],
    [changed.some((one) => one.sql !== null), said.differences.sql],
    [
      found.run_facets.length > 0 || changed.some((one) => one.facets.length > 0),
      said.differences.facets,
    ],
  ];
  return ways.flatMap(([is, words]) => (is ? [words] : []));
}

/** How much more or less the later number is, in words; nothing where one is missing. */
export function growthOf(before: number | null, after: number | null): string | undefined {
  if (before === null || after === null || before === after) return undefined;
  const sign = after > before ? "+" : "−";
  const by = Math.abs(after - before);
  const whole = `${sign}${texts.shared.number(Number(by.toPrecision(6)))}`;
  if (before === 0) return whole;
  const percent = (100 * by) / Math.abs(before);
  return `${whole} (${sign}${texts.shared.number(Number(percent.toPrecision(2)))} %)`;
}

/** A line of two texts side by side. */
export interface DiffLine {
  kind: "same" | "gone" | "new";
  text: string;
  before: number | null;
  after: number | null;
}

const MOST_CELLS = 4_000_000;

/** The lines of two texts, what only one has marked; by the longest common run of lines. */
export function diffLines(before: string, after: string): DiffLine[] {
  const old = before.split("\n");
  const now = after.split("\n");
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
  let end = 0;
  while (
    end < old.length - start &&
    end < now.length - start &&
    old[old.length - 1 - end] === now[now.length - 1 - end]
  ) {
    end += 1;
  }
  const middle = between(old.slice(start, old.length - end), now.slice(start, now.length - end));
  const lines: DiffLine[] = [];
  let left = 0;
  let right = 0;
  const add = (kind: DiffLine["kind"], text: string) => {
    if (kind !== "new") left += 1;
    if (kind !== "gone") right += 1;
    lines.push({
      kind,
      text,
      before: kind === "new" ? null : left,
      after: kind === "gone" ? null : right,
    });
  };
  for (const text of old.slice(0, start)) add("same", text);
  for (const [kind, text] of middle) add(kind, text);
  for (const text of old.slice(old.length - end)) add("same", text);
  return lines;
}

function between(old: string[], now: string[]): [DiffLine["kind"], string][] {
  if (old.length * now.length > MOST_CELLS) {
    return [
      ...old.map((text): [DiffLine["kind"], string] => ["gone", text]),
      ...now.map((text): [DiffLine["kind"], string] => ["new", text]),
    ];
  }
  const width = now.length + 1;
  const longest = new Uint32Array((old.length + 1) * width);
  const at = (row: number, column: number) => longest[row * width + column] ?? 0;
  for (let row = old.length - 1; row >= 0; row -= 1) {
    for (let column = now.length - 1; column >= 0; column -= 1) {
      longest[row * width + column] =
        old[row] === now[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const lines: [DiffLine["kind"], string][] = [];
  let row = 0;
  let column = 0;
  while (row < old.length || column < now.length) {
    if (row < old.length && column < now.length && old[row] === now[column]) {
      lines.push(["same", old[row] ?? ""]);
      row += 1;
      column += 1;
    } else if (row < old.length && at(row + 1, column) >= at(row, column + 1)) {
      lines.push(["gone", old[row] ?? ""]);
      row += 1;
    } else if (column < now.length) {
      lines.push(["new", now[column] ?? ""]);
      column += 1;
    } else {
      lines.push(["gone", old[row] ?? ""]);
      row += 1;
    }
  }
  return lines;
}
