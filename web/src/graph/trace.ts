/** Spans as the server sends them: a list for each thing, all of one length, by time. */
export interface SpanColumns {
  id: string[];
  parent: string[];
  service: number[];
  name: number[];
  status: number[];
  offset_ms: number[];
  duration_ms: number[];
}

export const ERROR = 2;
const NONE = -1;

/** Which of the spans below one parent come first. */
export type Order = "time" | "errors";

/**
 * The spans of a trace as rows of a tree, children below their parent. Everything is computed
 * once, by row: a span's place in the columns is `span[row]`.
 */
export interface TraceTree {
  span: Int32Array;
  /** The row of the parent, -1 for a root. */
  parent: Int32Array;
  depth: Int32Array;
  /** How many rows are below this one, at any depth; they follow it. */
  below: Int32Array;
  /** How many spans failed at or below a row. */
  errors: Int32Array;
  /** Milliseconds that a span spent itself, outside of its children. */
  own: Float64Array;
  rowOf: ReadonlyMap<string, number>;
  /** Rows whose span names a parent that is not there. */
  orphans: ReadonlySet<number>;
}

/** Make the tree of a trace; a span whose parent did not come, or is below it, is a root. */
export function treeOf(spans: SpanColumns, order: Order = "time"): TraceTree {
  const count = spans.id.length;
  const { parents, lost } = parentsOf(spans);
  const failed = failuresBelow(spans, parents);
  const children = childrenOf(spans, parents, order === "errors" ? failed : undefined);
  const tree: TraceTree = {
    span: new Int32Array(count),
    parent: new Int32Array(count),
    depth: new Int32Array(count),
    below: new Int32Array(count),
    errors: new Int32Array(count),
    own: new Float64Array(count),
    rowOf: new Map(),
    orphans: new Set(),
  };
  const rowOf = tree.rowOf as Map<string, number>;
  const rows = new Int32Array(count).fill(NONE);
  const stack: number[] = [...(children.get(NONE) ?? [])].reverse();
  let row = 0;
  for (let span = stack.pop(); span !== undefined; span = stack.pop()) {
    const parent = at(parents, span);
    const parentRow = parent === NONE ? NONE : at(rows, parent);
    rows[span] = row;
    tree.span[row] = span;
    tree.parent[row] = parentRow;
    tree.depth[row] = parentRow === NONE ? 0 : at(tree.depth, parentRow) + 1;
    tree.errors[row] = at(failed, span);
    tree.own[row] = ownTime(spans, span, children.get(span));
    rowOf.set(spans.id[span] ?? "", row);
    if (lost.has(span)) (tree.orphans as Set<number>).add(row);
    const held = children.get(span);
    if (held) for (let n = held.length - 1; n >= 0; n -= 1) stack.push(held[n] ?? NONE);
    row += 1;
  }
  for (let last = count - 1; last >= 0; last -= 1) {
    const parent = at(tree.parent, last);
    if (parent !== NONE) tree.below[parent] = at(tree.below, parent) + at(tree.below, last) + 1;
  }
  return tree;
}

function at(values: ArrayLike<number>, place: number): number {
  return values[place] ?? 0;
}

function parentsOf(spans: SpanColumns) {
  const places = new Map(spans.id.map((id, place) => [id, place]));
  const parents = new Int32Array(spans.id.length);
  const lost = new Set<number>();
  spans.parent.forEach((id, place) => {
    const parent = id === "" ? NONE : (places.get(id) ?? NONE);
    parents[place] = parent;
    if (id !== "" && parent === NONE) lost.add(place);
  });
  cutCircles(parents, lost);
  return { parents, lost };
}

/** Make a root of one span of each circle, so that every span is below some root. */
function cutCircles(parents: Int32Array, lost: Set<number>): void {
  const seen = new Int32Array(parents.length);
  for (let start = 0; start < parents.length; start += 1) {
    const mark = start + 1;
    let span = start;
    while (span !== NONE && at(seen, span) === 0) {
      seen[span] = mark;
      span = at(parents, span);
    }
    if (span !== NONE && at(seen, span) === mark) {
      parents[span] = NONE;
      lost.add(span);
    }
  }
}

function failuresBelow(spans: SpanColumns, parents: Int32Array): Int32Array {
  const failed = new Int32Array(parents.length);
  for (let span = 0; span < parents.length; span += 1) {
    if (spans.status[span] !== ERROR) continue;
    for (let above = span; above !== NONE; above = at(parents, above))
      failed[above] = at(failed, above) + 1;
  }
  return failed;
}

function childrenOf(spans: SpanColumns, parents: Int32Array, failed: Int32Array | undefined) {
  const children = new Map<number, number[]>();
  for (let span = 0; span < parents.length; span += 1) {
    const parent = at(parents, span);
    const held = children.get(parent);
    if (held) held.push(span);
    else children.set(parent, [span]);
  }
  const failedFirst = (one: number, other: number) =>
    failed ? Math.sign(at(failed, other)) - Math.sign(at(failed, one)) : 0;
  for (const held of children.values()) {
    held.sort(
      (one, other) =>
        failedFirst(one, other) ||
        at(spans.offset_ms, one) - at(spans.offset_ms, other) ||
        one - other,
    );
  }
  return children;
}

function ownTime(spans: SpanColumns, span: number, children: readonly number[] | undefined) {
  const start = at(spans.offset_ms, span);
  const end = start + at(spans.duration_ms, span);
  if (!children) return end - start;
  const byStart = [...children].sort((a, b) => at(spans.offset_ms, a) - at(spans.offset_ms, b));
  let covered = 0;
  let until = start;
  for (const child of byStart) {
    const from = Math.max(until, at(spans.offset_ms, child));
    const to = Math.min(end, at(spans.offset_ms, child) + at(spans.duration_ms, child));
    if (to <= from) continue;
    covered += to - from;
    until = to;
  }
  return end - start - covered;
}

/** Whether a span failed by itself: none below it did, so that it does not just pass that on. */
export function isCause(spans: SpanColumns, tree: TraceTree, row: number): boolean {
  return spans.status[at(tree.span, row)] === ERROR && at(tree.errors, row) === 1;
}

/** The rows that are shown while some are closed: those below a closed row are not. */
export function openRows(tree: TraceTree, closed: ReadonlySet<number>): Int32Array {
  const count = tree.span.length;
  const rows = new Int32Array(count);
  let shown = 0;
  for (let row = 0; row < count; row += 1) {
    rows[shown] = row;
    shown += 1;
    if (closed.has(row)) row += at(tree.below, row);
  }
  return rows.subarray(0, shown);
}

/** Every row above one, so that it can be opened to. */
export function rowsAbove(tree: TraceTree, row: number): number[] {
  const above: number[] = [];
  for (let at_ = at(tree.parent, row); at_ !== NONE; at_ = at(tree.parent, at_)) above.push(at_);
  return above;
}

/** A stretch of the critical path: from one moment to another this row was what was waited for. */
export interface Stretch {
  row: number;
  from: number;
  to: number;
}

/**
 * What the end of the trace waited for, back to its start: of the longest root, and within each
 * span the child that ended last before the moment at which the path arrives.
 */
export function criticalPath(spans: SpanColumns, tree: TraceTree): Stretch[] {
  const found: Stretch[] = [];
  const root = longestRoot(spans, tree);
  if (root === NONE) return found;
  const childRows = rowsByParent(tree);
  const startOf = (row: number) => at(spans.offset_ms, at(tree.span, row));
  const endOf = (row: number) => startOf(row) + at(spans.duration_ms, at(tree.span, row));
  const waiting: Stretch[] = [{ row: root, from: startOf(root), to: endOf(root) }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { row, from } = next;
    let { to } = next;
    const byEnd = [...(childRows.get(row) ?? [])].sort((a, b) => endOf(b) - endOf(a));
    for (const child of byEnd) {
      const end = Math.min(endOf(child), to);
      const start = Math.max(startOf(child), from);
      if (endOf(child) > to || end <= start) continue;
      if (to > end) found.push({ row, from: end, to });
      waiting.push({ row: child, from: start, to: end });
      to = start;
    }
    if (to > from) found.push({ row, from, to });
  }
  return found.sort((one, other) => one.from - other.from || one.row - other.row);
}

function longestRoot(spans: SpanColumns, tree: TraceTree): number {
  let best = NONE;
  let most = -1;
  for (let row = 0; row < tree.span.length; row += at(tree.below, row) + 1) {
    const length = at(spans.duration_ms, at(tree.span, row));
    if (length > most) {
      best = row;
      most = length;
    }
  }
  return best;
}

function rowsByParent(tree: TraceTree): Map<number, number[]> {
  const held = new Map<number, number[]>();
  tree.parent.forEach((parent, row) => {
    const rows = held.get(parent);
    if (rows) rows.push(row);
    else held.set(parent, [row]);
  });
  return held;
}

/** Round moments between two, for the lines of an axis. */
export function ticksOf(from: number, to: number, about: number): number[] {
  const span = to - from;
  if (!(span > 0) || about < 1) return [from];
  const rough = span / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough) ?? rough;
  const ticks: number[] = [];
  for (let n = Math.ceil(from / step); n * step <= to; n += 1) {
    ticks.push(Number((n * step).toPrecision(12)));
  }
  return ticks;
}

/** The next row in a direction, around the end, of which something is true. */
export function nextRow(
  from: number,
  direction: 1 | -1,
  count: number,
  isWanted: (row: number) => boolean,
): number | undefined {
  for (let step = 1; step <= count; step += 1) {
    const row = (((from + direction * step) % count) + count) % count;
    if (isWanted(row)) return row;
  }
  return undefined;
}

/** The stretch of time after zooming; undefined for the whole. */
export function zoomed(
  how: "in" | "out" | "all",
  now: { from: number; to: number; length: number; around: number },
): [number, number] | undefined {
  if (how === "all") return undefined;
  const span = (now.to - now.from) * (how === "in" ? 0.5 : 2);
  if (span >= now.length) return undefined;
  const isInside = now.around >= now.from && now.around <= now.to;
  const middle = how === "in" && isInside ? now.around : (now.from + now.to) / 2;
  const from = Math.min(now.length - span, Math.max(0, middle - span / 2));
  return [from, from + span];
}
