import { type Call, layersOf } from "./layers";

/** Where a service stands. */
export interface CallBox {
  name: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

/** How a call is drawn, and where what is said of it has its middle. */
export interface CallLine<Of> {
  call: Of;
  path: string;
  label: { x: number; y: number };
}

/** Services with their calls as they fit a width; `isDown` where callers stand above what they call. */
export interface CallMap<Of> {
  boxes: CallBox[];
  lines: CallLine<Of>[];
  width: number;
  height: number;
  isDown: boolean;
}

const BOX = { least: 124, most: 180, height: 36 };
const MARGIN = 14;
/** Room for what is said of a call between the topmost boxes. */
const TOP = 34;
/** Between two layers, so that what is said of a call has room; between neighbours of one. */
const LAYERS = { least: 98, most: 150, down: 76 };
const NEIGHBOURS = { across: 38, down: 16, wrapped: 14 };
/** Lanes of calls that go elsewhere than to the next layer. */
const LANE = { across: 46, down: 22, labelled: 104 };
export const LABEL = { width: 92, height: 44 };

/** A place by how far along the calls it is, and how far across. */
interface Place {
  along: number;
  across: number;
}

interface Stand extends Place {
  name: string;
}

interface Frame {
  stands: Stand[];
  /** The names beside each other: layers, or the parts of those that are wrapped. */
  rows: readonly string[][];
  isDown: boolean;
  /** How long and how wide a box is, seen along the calls. */
  long: number;
  broad: number;
  /** How far across the boxes reach. */
  reach: number;
  /** How long the way between two layers is. */
  gap: number;
  laneStep: number;
}

/**
 * Callers left of what they call, where that fits `width`; else above it, wrapped where a layer is
 * too wide. Calls to the next layer go there straight, others around all boxes in a lane.
 */
export function callMapOf<Of extends Call>(
  names: readonly string[],
  calls: readonly Of[],
  width: number,
): CallMap<Of> {
  const placed = layersOf(names, calls);
  const layers: string[][] = [];
  for (const { name, layer } of placed) layers[layer] = [...(layers[layer] ?? []), name];
  const { frame, lanes } = framed(layers, calls, width);
  const count = laneCount(lanes);
  const lines = linesOf(calls, frame, lanes);
  settle(lines.map((line) => line.label));
  const extra = frame.isDown ? aside(count, width) : count * LANE.across;
  const far = Math.max(0, ...frame.stands.map((one) => one.along)) + frame.long + MARGIN;
  const wide = frame.reach + extra + MARGIN;
  const lowest = Math.max(0, ...lines.map((line) => line.label.y + LABEL.height / 2));
  return {
    boxes: frame.stands.map((one) => boxOf(one, frame)),
    lines,
    width: Math.max(width, frame.isDown ? wide : far),
    height: Math.max(frame.isDown ? far : wide, lowest + 4),
    isDown: frame.isDown,
  };
}

/** Where all stand, and the lane of each call that does not lead to the next row. */
function framed(layers: readonly string[][], calls: readonly Call[], width: number) {
  const across = lanesOf(calls, layers);
  const beside = rightward(layers, width, across.size > 0);
  if (beside) return { frame: beside, lanes: across };
  // Lanes take room, so that layers may wrap more, which may make more lanes.
  for (let count = 0; ; ) {
    const frame = downward(layers, width, count);
    const lanes = lanesOf(calls, frame.rows);
    if (laneCount(lanes) <= count) return { frame, lanes };
    count = laneCount(lanes);
  }
}

/** How far apart lanes beside the boxes are; closer where there are many in a narrow map. */
function laneStep(lanes: number, width: number): number {
  const left = width - 2 * MARGIN - BOX.least - LANE.labelled;
  return Math.max(3, Math.min(LANE.down, left / Math.max(1, lanes - 1)));
}

/** How much room lanes beside the boxes take. */
function aside(lanes: number, width: number): number {
  return lanes === 0 ? 0 : LANE.labelled + (lanes - 1) * laneStep(lanes, width);
}

function laneCount(lanes: ReadonlyMap<Call, number>): number {
  return Math.max(-1, ...lanes.values()) + 1;
}

function rightward(layers: readonly string[][], width: number, hasLanes: boolean): Frame | null {
  const edge = hasLanes ? LAYERS.least / 2 : MARGIN;
  const count = layers.length;
  const least = 2 * edge + count * BOX.least + (count - 1) * LAYERS.least;
  const most = 2 * edge + count * BOX.most + (count - 1) * LAYERS.most;
  if (least > width) return null;
  const grown = most === least ? 1 : Math.min(1, (width - least) / (most - least));
  const long = BOX.least + grown * (BOX.most - BOX.least);
  const gap = LAYERS.least + grown * (LAYERS.most - LAYERS.least);
  const first = edge + Math.max(0, (width - most) / 2);
  const step = BOX.height + NEIGHBOURS.across;
  const tallest = Math.max(1, ...layers.map((held) => held.length));
  const stands = layers.flatMap((held, layer) =>
    held.map((name, place) => ({
      name,
      along: first + layer * (long + gap),
      across: TOP + ((tallest - held.length) * step) / 2 + place * step,
    })),
  );
  const reach = TOP + tallest * step - NEIGHBOURS.across;
  return {
    stands,
    rows: layers,
    isDown: false,
    long,
    broad: BOX.height,
    reach,
    gap,
    laneStep: LANE.across,
  };
}

function downward(layers: readonly string[][], width: number, lanes: number): Frame {
  const room = Math.max(BOX.least, width - 2 * MARGIN - aside(lanes, width));
  const fitting = Math.max(1, Math.floor((room + NEIGHBOURS.down) / (BOX.least + NEIGHBOURS.down)));
  const most = Math.min(fitting, Math.max(1, ...layers.map((held) => held.length)));
  const broad = Math.min(BOX.most, (room + NEIGHBOURS.down) / most - NEIGHBOURS.down);
  const step = broad + NEIGHBOURS.down;
  const held = most * step - NEIGHBOURS.down;
  const left = MARGIN + (room - held) / 2;
  const stands: Stand[] = [];
  const rows: string[][] = [];
  let along = lanes > 0 ? LAYERS.down / 2 : MARGIN;
  for (const layer of layers) {
    for (let from = 0; from < layer.length; from += most) {
      const row = layer.slice(from, from + most);
      const first = left + ((most - row.length) * step) / 2;
      row.forEach((name, place) => {
        stands.push({ name, along, across: first + place * step });
      });
      rows.push(row);
      along += BOX.height + (from + most < layer.length ? NEIGHBOURS.wrapped : LAYERS.down);
    }
  }
  return {
    stands,
    rows,
    isDown: true,
    long: BOX.height,
    broad,
    reach: left + held,
    gap: LAYERS.down,
    laneStep: laneStep(lanes, width),
  };
}

/**
 * A lane for each call that does not lead to the next row, so that no two in one lane lie beside
 * each other; the shortest first.
 */
function lanesOf(calls: readonly Call[], rows: readonly string[][]): Map<Call, number> {
  const rowOf = new Map(rows.flatMap((held, row) => held.map((name) => [name, row] as const)));
  const spans = calls.flatMap((call) => {
    const [from, to] = [rowOf.get(call.parent) ?? 0, rowOf.get(call.child) ?? 0];
    return to - from === 1 ? [] : [{ call, from: Math.min(from, to), to: Math.max(from, to) }];
  });
  spans.sort((a, b) => a.to - a.from - (b.to - b.from));
  const held: { from: number; to: number }[][] = [];
  const lanes = new Map<Call, number>();
  for (const one of spans) {
    const free = held.findIndex((lane) =>
      lane.every((other) => other.to < one.from || other.from > one.to),
    );
    const lane = free < 0 ? held.length : free;
    held[lane] = [...(held[lane] ?? []), one];
    lanes.set(one.call, lane);
  }
  return lanes;
}

function linesOf<Of extends Call>(
  calls: readonly Of[],
  frame: Frame,
  lanes: ReadonlyMap<Call, number>,
): CallLine<Of>[] {
  const stands = new Map(frame.stands.map((one) => [one.name, one]));
  const out = countsOf(calls.map((call) => call.parent));
  const into = countsOf(calls.map((call) => call.child));
  return calls.flatMap((call) => {
    const [from, to] = [stands.get(call.parent), stands.get(call.child)];
    if (!from || !to) return [];
    const lane = lanes.get(call);
    if (lane !== undefined) return [{ call, ...around(from, to, lane, frame) }];
    const many = [out.get(call.parent) ?? 1, into.get(call.child) ?? 1] as const;
    return [{ call, ...straight(from, to, many, frame) }];
  });
}

/**
 * Where many lines begin, what is said stands near their end, and the other way around; above a
 * line that is level, else on it.
 */
function straight(from: Stand, to: Stand, [out, into]: readonly [number, number], frame: Frame) {
  const start = { along: from.along + frame.long, across: from.across + frame.broad / 2 };
  const end = { along: to.along - 2, across: to.across + frame.broad / 2 };
  const middle = (start.along + end.along) / 2;
  const bends = [
    { along: middle, across: start.across },
    { along: middle, across: end.across },
  ];
  const [first, second] = bends as [Place, Place];
  const part = out === into ? 0.5 : out > into ? 0.66 : 0.34;
  const path = `M${at(start, frame)} C${at(first, frame)} ${at(second, frame)} ${at(end, frame)}`;
  const label = pointOf(onCurve(start, first, second, end, part), frame);
  const isLevel = !frame.isDown && Math.abs(end.across - start.across) < 8;
  return { path, label: isLevel ? { x: label.x, y: label.y - LABEL.height / 2 - 3 } : label };
}

/** Out of the caller, along the lane, and into who is called. */
function around(from: Stand, to: Stand, lane: number, frame: Frame) {
  const start = { along: from.along + frame.long, across: from.across + frame.broad * 0.7 };
  const end = { along: to.along - 2, across: to.across + frame.broad * 0.7 };
  const nearest = frame.isDown ? LANE.labelled / 2 : LANE.across * 0.7;
  const low = frame.reach + nearest + lane * frame.laneStep;
  const turn = frame.gap * 0.35;
  const isBack = to.along <= from.along;
  const [first, last] = isBack
    ? [start.along, end.along]
    : [start.along + 2 * turn, end.along - 2 * turn];
  const way = (along: number, across: number) => at({ along, across }, frame);
  const path = [
    `M${at(start, frame)}`,
    `C${way(start.along + turn, start.across)} ${way(start.along + turn, low)} ${way(first, low)}`,
    `L${way(last, low)}`,
    `C${way(end.along - turn, low)} ${way(end.along - turn, end.across)} ${at(end, frame)}`,
  ].join(" ");
  return { path, label: pointOf({ along: (first + last) / 2, across: low }, frame) };
}

function onCurve(a: Place, b: Place, c: Place, d: Place, t: number): Place {
  const [p, q, r, s] = [(1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t ** 2, t ** 3];
  return {
    along: p * a.along + q * b.along + r * c.along + s * d.along,
    across: p * a.across + q * b.across + r * c.across + s * d.across,
  };
}

/** Move down what would lie on what is said of another call. */
function settle(labels: { x: number; y: number }[]): void {
  const done: { x: number; y: number }[] = [];
  for (const label of [...labels].sort((a, b) => a.y - b.y || a.x - b.x)) {
    for (const other of done) {
      const isNear = Math.abs(other.x - label.x) < LABEL.width;
      if (isNear && label.y < other.y + LABEL.height) label.y = other.y + LABEL.height;
    }
    done.push(label);
    done.sort((a, b) => a.y - b.y);
  }
}

function boxOf({ name, along, across }: Stand, { isDown, long, broad }: Frame): CallBox {
  return isDown
    ? { name, x: across, y: along, width: broad, height: long }
    : { name, x: along, y: across, width: long, height: broad };
}

function pointOf({ along, across }: Place, { isDown }: Frame): { x: number; y: number } {
  return isDown ? { x: across, y: along } : { x: along, y: across };
}

function at(place: Place, frame: Frame): string {
  const { x, y } = pointOf(place, frame);
  return `${x.toFixed(1)},${y.toFixed(1)}`;
}

function countsOf(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
