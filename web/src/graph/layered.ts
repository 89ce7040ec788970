/** A graph for a layout: sizes, and edges by the places of their ends. */
export interface LayoutGraph {
  ids: readonly string[];
  widths: readonly number[];
  heights: readonly number[];
  from: readonly number[];
  to: readonly number[];
}

/** Upper left corners, in the order of the ids. */
export interface Positions {
  x: number[];
  y: number[];
}

export const LAYER_GAP = 76;
export const CARD_GAP = 22;
const ROUNDS = 4;

/**
 * Put nodes into layers from left to right, and order each by where its neighbours are.
 *
 * Time goes with the number of nodes and edges, so it does for graphs that are too large for better.
 */
export function layeredPositions(graph: LayoutGraph): Positions {
  return placed(graph, rowsInOrder(graph, layersOf(graph)));
}

/** The nodes of each layer from top to bottom, so that arrows cross little. */
export function rowsInOrder(graph: LayoutGraph, layers: readonly number[]): number[][] {
  const rows: number[][] = [];
  layers.forEach((layer, node) => {
    rows[layer] ??= [];
    rows[layer].push(node);
  });
  const near = nearOf(graph);
  const order = new Float64Array(graph.ids.length);
  for (const row of rows) {
    row.forEach((node, place) => {
      order[node] = place;
    });
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    const sweep = round % 2 === 0 ? rows : [...rows].reverse();
    for (const row of sweep) reorder(row, near, order);
  }
  return rows;
}

/** The layer of each node: one after the last of those it comes from; cycles are cut. */
export function layersOf(graph: LayoutGraph): number[] {
  const count = graph.ids.length;
  const waiting = new Int32Array(count);
  const out: number[][] = Array.from({ length: count }, () => []);
  graph.from.forEach((from, index) => {
    const to = graph.to[index] as number;
    if (from === to) return;
    out[from]?.push(to);
    waiting[to] = (waiting[to] ?? 0) + 1;
  });
  const layers = new Array<number>(count).fill(0);
  const done = new Uint8Array(count);
  const ready: number[] = [];
  for (let node = 0; node < count; node += 1) if (waiting[node] === 0) ready.push(node);
  let next = 0;
  let left = 0;
  for (;;) {
    if (next === ready.length) {
      while (left < count && done[left]) left += 1;
      if (left === count) break;
      waiting[left] = 0;
      ready.push(left);
    }
    const node = ready[next] as number;
    next += 1;
    if (done[node]) continue;
    done[node] = 1;
    for (const to of out[node] ?? []) {
      if (done[to]) continue;
      layers[to] = Math.max(layers[to] ?? 0, (layers[node] ?? 0) + 1);
      waiting[to] = (waiting[to] ?? 0) - 1;
      if ((waiting[to] ?? 0) <= 0) ready.push(to);
    }
  }
  return layers;
}

function nearOf(graph: LayoutGraph): number[][] {
  const near: number[][] = Array.from({ length: graph.ids.length }, () => []);
  graph.from.forEach((from, index) => {
    const to = graph.to[index] as number;
    near[from]?.push(to);
    near[to]?.push(from);
  });
  return near;
}

function reorder(row: number[], near: readonly number[][], order: Float64Array): void {
  const wish = new Map<number, number>();
  for (const node of row) {
    const around = near[node] ?? [];
    const sum = around.reduce((total, one) => total + (order[one] ?? 0), 0);
    wish.set(node, around.length > 0 ? sum / around.length : (order[node] ?? 0));
  }
  row.sort((a, b) => (wish.get(a) ?? 0) - (wish.get(b) ?? 0));
  row.forEach((node, place) => {
    order[node] = place - row.length / 2;
  });
}

function placed(graph: LayoutGraph, rows: readonly (readonly number[])[]): Positions {
  const x = new Array<number>(graph.ids.length).fill(0);
  const y = new Array<number>(graph.ids.length).fill(0);
  let left = 0;
  for (const row of rows) {
    let height = -CARD_GAP;
    let width = 0;
    for (const node of row) {
      height += (graph.heights[node] ?? 0) + CARD_GAP;
      width = Math.max(width, graph.widths[node] ?? 0);
    }
    let top = -height / 2;
    for (const node of row) {
      x[node] = left;
      y[node] = top;
      top += (graph.heights[node] ?? 0) + CARD_GAP;
    }
    left += width + LAYER_GAP;
  }
  return { x, y };
}
