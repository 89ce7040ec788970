import type { Graph, Neighbours, Side } from "./model";
import { edgeId } from "./model";

/** What is lit: nodes and edges by id. */
export interface Lit {
  nodes: ReadonlySet<string>;
  edges: ReadonlySet<string>;
}

/** All that a node comes from and all that comes from it. */
export function pathThrough(graph: Graph, neighbours: Neighbours, start: string): Lit {
  const above = reach(neighbours, start, "up");
  const below = reach(neighbours, start, "down");
  const edges = new Set<string>();
  for (const edge of graph.edges) {
    if (
      (above.has(edge.from) && above.has(edge.to)) ||
      (below.has(edge.from) && below.has(edge.to))
    )
      edges.add(edgeId(edge));
  }
  return { nodes: new Set([...above, ...below]), edges };
}

/** A node and those next to it. */
export function around(graph: Graph, start: string): Lit {
  const nodes = new Set([start]);
  const edges = new Set<string>();
  for (const edge of graph.edges) {
    if (edge.from !== start && edge.to !== start) continue;
    nodes.add(edge.from).add(edge.to);
    edges.add(edgeId(edge));
  }
  return { nodes, edges };
}

/** The nodes of a set, and the edges between them; also over nodes of the set that are not drawn. */
export function between(graph: Graph, nodes: ReadonlySet<string>): Lit {
  const edges = graph.edges
    .filter(
      (edge) =>
        nodes.has(edge.from) &&
        nodes.has(edge.to) &&
        (!edge.via || edge.via.some((via) => nodes.has(via))),
    )
    .map(edgeId);
  return { nodes, edges: new Set(edges) };
}

/** Every node on one side of another, that one with it. */
export function reach(neighbours: Neighbours, start: string, side: Side): Set<string> {
  const found = new Set([start]);
  const frontier = [start];
  for (let next = frontier.pop(); next !== undefined; next = frontier.pop()) {
    for (const near of neighbours[side].get(next) ?? []) {
      if (found.has(near)) continue;
      found.add(near);
      frontier.push(near);
    }
  }
  return found;
}
