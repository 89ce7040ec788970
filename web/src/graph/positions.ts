import type { CardStyle } from "./card";
import { sizeOf } from "./card";
import type { LayoutGraph, Positions } from "./layered";
import type { Graph, GraphNode } from "./model";

/** Where a card is. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** What a layout needs of a graph, which is little, so that sending it to a worker is cheap. */
export function layoutGraph(graph: Graph, styleOf: (node: GraphNode) => CardStyle): LayoutGraph {
  const places = new Map(graph.nodes.map((node, place) => [node.id, place]));
  const sizes = graph.nodes.map((node) => sizeOf(node, styleOf(node)));
  const from: number[] = [];
  const to: number[] = [];
  for (const edge of graph.edges) {
    const begin = places.get(edge.from);
    const end = places.get(edge.to);
    if (begin === undefined || end === undefined) continue;
    from.push(begin);
    to.push(end);
  }
  return {
    ids: graph.nodes.map((node) => node.id),
    widths: sizes.map((size) => size.width),
    heights: sizes.map((size) => size.height),
    from,
    to,
  };
}

/** The boxes of cards by id. */
export function boxesOf(graph: LayoutGraph, positions: Positions): Map<string, Box> {
  return new Map(
    graph.ids.map((id, place) => [
      id,
      {
        x: positions.x[place] ?? 0,
        y: positions.y[place] ?? 0,
        width: graph.widths[place] ?? 0,
        height: graph.heights[place] ?? 0,
      },
    ]),
  );
}

/** A key that is the same for graphs whose layout is the same. */
export function layoutKey(graph: LayoutGraph): string {
  let hash = 0x811c9dc5;
  const feed = (text: string) => {
    for (let index = 0; index < text.length; index += 1) {
      hash ^= text.charCodeAt(index);
      hash = Math.imul(hash, 0x01000193);
    }
  };
  graph.ids.forEach((id, place) => {
    feed(`${id}|${graph.widths[place]}|${graph.heights[place]};`);
  });
  graph.from.forEach((from, index) => {
    feed(`${from}>${graph.to[index]};`);
  });
  return `${graph.ids.length}/${graph.from.length}/${(hash >>> 0).toString(36)}`;
}

/** A cache that forgets what was not asked for longest. */
export class Recent<Value> {
  readonly #held = new Map<string, Value>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  get(key: string): Value | undefined {
    const value = this.#held.get(key);
    if (value !== undefined) {
      this.#held.delete(key);
      this.#held.set(key, value);
    }
    return value;
  }

  set(key: string, value: Value): void {
    this.#held.delete(key);
    this.#held.set(key, value);
    const oldest = this.#held.keys().next();
    if (this.#held.size > this.#most && !oldest.done) this.#held.delete(oldest.value);
  }
}

/** The box around all boxes. */
export function boundsOf(boxes: Iterable<Box>): Box | null {
  let found: Box | null = null;
  for (const box of boxes) {
    if (!found) {
      found = { ...box };
      continue;
    }
    const right = Math.max(found.x + found.width, box.x + box.width);
    const bottom = Math.max(found.y + found.height, box.y + box.height);
    found.x = Math.min(found.x, box.x);
    found.y = Math.min(found.y, box.y);
    found.width = right - found.x;
    found.height = bottom - found.y;
  }
  return found;
}
