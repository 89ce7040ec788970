import {
  CARD_GAP,
  LAYER_GAP,
  type LayoutGraph,
  layersOf,
  type Positions,
  rowsInOrder,
} from "./layered";

const MOST_NODES = 150;
const MOST_EDGES = 300;
const ROUNDS = 8;

/**
 * Arrange a small graph whose arrows need not cross, such as what is around a node: at once, since
 * a better layout has nothing to better there. Null for every other graph.
 */
export function plainPositions(graph: LayoutGraph): Positions | null {
  if (graph.ids.length > MOST_NODES || graph.from.length > MOST_EDGES) return null;
  const layers = pulledTogether(graph, layersOf(graph));
  if (
    graph.from.some((from, index) => layerOf(layers, graph.to[index]) !== layerOf(layers, from) + 1)
  )
    return null;
  const rows = rowsInOrder(graph, layers);
  if (hasCrossing(graph, layers, rows)) return null;
  return placed(graph, rows, straightened(graph, rows));
}

function layerOf(layers: readonly number[], node: number | undefined): number {
  return node === undefined ? -1 : (layers[node] ?? 0);
}

/** What nothing leads to stands beside the first that it leads to, and not at the left edge. */
function pulledTogether(graph: LayoutGraph, layers: readonly number[]): number[] {
  const isLedTo = new Set(graph.to);
  const nearest = new Map<number, number>();
  graph.from.forEach((from, index) => {
    const layer = layerOf(layers, graph.to[index]) - 1;
    nearest.set(from, Math.min(layer, nearest.get(from) ?? layer));
  });
  return layers.map((layer, node) => (isLedTo.has(node) ? layer : (nearest.get(node) ?? layer)));
}

function hasCrossing(
  graph: LayoutGraph,
  layers: readonly number[],
  rows: readonly (readonly number[])[],
): boolean {
  const order = new Map(rows.flatMap((row) => row.map((node, place) => [node, place] as const)));
  const place = (node: number | undefined) => order.get(node ?? -1) ?? 0;
  return graph.from.some((from, one) =>
    graph.from.some((other, two) => {
      if (two <= one || layers[from] !== layers[other]) return false;
      const begin = place(from) - place(other);
      return begin * (place(graph.to[one]) - place(graph.to[two])) < 0;
    }),
  );
}

/** The middle of each node, as near to those of its neighbours as those beside it let it be. */
function straightened(graph: LayoutGraph, rows: readonly (readonly number[])[]): Float64Array {
  const near = neighboursOf(graph);
  const middles = new Float64Array(graph.ids.length);
  for (const row of rows) putInRow(graph, row, middles, () => 0);
  for (let round = 0; round < ROUNDS; round += 1) {
    const sweep = round % 2 === 0 ? rows : [...rows].reverse();
    for (const row of sweep) {
      putInRow(graph, row, middles, (node) => {
        let [sum, weight] = [0, 0];
        for (const one of near[node] ?? []) {
          sum += one.weight * (middles[one.node] ?? 0);
          weight += one.weight;
        }
        return weight > 0 ? sum / weight : (middles[node] ?? 0);
      });
    }
  }
  return middles;
}

interface Neighbour {
  node: number;
  /** One of a pair is bound to the other more than one of many that have the same neighbour. */
  weight: number;
}

function neighboursOf(graph: LayoutGraph): Neighbour[][] {
  const [after, before] = [new Map<number, number>(), new Map<number, number>()];
  graph.from.forEach((from, index) => {
    const to = graph.to[index] as number;
    after.set(from, (after.get(from) ?? 0) + 1);
    before.set(to, (before.get(to) ?? 0) + 1);
  });
  const near: Neighbour[][] = graph.ids.map(() => []);
  graph.from.forEach((from, index) => {
    const to = graph.to[index] as number;
    near[from]?.push({ node: to, weight: 1 / (before.get(to) ?? 1) ** 4 });
    near[to]?.push({ node: from, weight: 1 / (after.get(from) ?? 1) ** 4 });
  });
  return near;
}

interface Block {
  nodes: number[];
  /** Where the middle of its first node is best, over all of its nodes. */
  best: number;
}

/** Put the nodes of a row, from top to bottom, as near as can be to where each is wished. */
function putInRow(
  graph: LayoutGraph,
  row: readonly number[],
  middles: Float64Array,
  wish: (node: number) => number,
): void {
  const offsets = new Map<number, number>();
  let offset = 0;
  row.forEach((node, place) => {
    if (place > 0) offset += (height(graph, row[place - 1]) + height(graph, node)) / 2 + CARD_GAP;
    offsets.set(node, offset);
  });
  const blocks: Block[] = [];
  for (const node of row) {
    let block: Block = { nodes: [node], best: wish(node) - (offsets.get(node) ?? 0) };
    for (let above = blocks.at(-1); above && above.best > block.best; above = blocks.at(-1)) {
      blocks.pop();
      const count = above.nodes.length + block.nodes.length;
      const best = (above.best * above.nodes.length + block.best * block.nodes.length) / count;
      block = { nodes: [...above.nodes, ...block.nodes], best };
    }
    blocks.push(block);
  }
  for (const { nodes, best } of blocks) {
    for (const node of nodes) middles[node] = best + (offsets.get(node) ?? 0);
  }
}

function height(graph: LayoutGraph, node: number | undefined): number {
  return node === undefined ? 0 : (graph.heights[node] ?? 0);
}

function placed(
  graph: LayoutGraph,
  rows: readonly (readonly number[])[],
  middles: Float64Array,
): Positions {
  const x = new Array<number>(graph.ids.length).fill(0);
  let left = 0;
  for (const row of rows) {
    for (const node of row) x[node] = left;
    left += Math.max(0, ...row.map((node) => graph.widths[node] ?? 0)) + LAYER_GAP;
  }
  const y = graph.heights.map((tall, node) => (middles[node] ?? 0) - tall / 2);
  return { x, y };
}
