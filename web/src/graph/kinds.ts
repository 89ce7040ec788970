import type { Graph, GraphEdge, GraphNode, NodeKind } from "./model";
import { edgeId, neighboursOf } from "./model";

/** Which nodes are drawn: all, or tables or jobs only. */
export type Shown = "all" | "tables" | "jobs";

const LEFT_OUT: Record<Exclude<Shown, "all">, NodeKind> = { tables: "job", jobs: "dataset" };
const STATES = ["failed", "running", "current"] as const;

/**
 * The graph without jobs, or without tables: what they stood between is joined, `via` them.
 * The node that it is about stays whatever it is.
 */
export function showing(graph: Graph, shown: Shown, start: string | null): Graph {
  if (shown === "all") return graph;
  const gone = new Map<string, GraphNode>();
  for (const node of graph.nodes) {
    if (node.kind === LEFT_OUT[shown] && node.id !== start) gone.set(node.id, node);
  }
  if (gone.size === 0) return graph;
  const edges = new Map<string, GraphEdge>();
  const states = new Map(graph.edges.map((edge) => [edgeId(edge), edge]));
  for (const edge of graph.edges) {
    if (!gone.has(edge.from) && !gone.has(edge.to)) edges.set(edgeId(edge), edge);
  }
  const { up, down } = neighboursOf(graph);
  const hidden = new Map<string, { up: number; down: number }>();
  for (const node of gone.values()) {
    const before = up.get(node.id) ?? [];
    const after = down.get(node.id) ?? [];
    for (const from of before) {
      for (const to of after) {
        if (from === to || gone.has(from) || gone.has(to)) continue;
        const parts = [
          states.get(edgeId({ from, to: node.id })),
          states.get(edgeId({ from: node.id, to })),
        ].filter((one) => one !== undefined);
        join(edges, { from, to, via: node.id, parts });
      }
    }
    // What the node that is left out hides is behind those that it stood next to.
    for (const id of before) add(hidden, id, { up: 0, down: node.moreDown });
    for (const id of after) add(hidden, id, { up: node.moreUp, down: 0 });
  }
  return {
    nodes: graph.nodes.filter((one) => !gone.has(one.id)).map((one) => withMore(one, hidden)),
    edges: [...edges.values()],
  };
}

interface Bridge {
  from: string;
  to: string;
  via: string;
  parts: readonly GraphEdge[];
}

function join(edges: Map<string, GraphEdge>, bridge: Bridge): void {
  const held = edges.get(edgeId(bridge));
  const states = [...bridge.parts, ...(held ? [held] : [])].map((one) => one.state);
  const change = bridge.parts.find((one) => one.change)?.change ?? held?.change;
  edges.set(edgeId(bridge), {
    from: bridge.from,
    to: bridge.to,
    state: STATES.find((one) => states.includes(one)) ?? "current",
    via: [...(held?.via ?? []), bridge.via],
    ...(change && { change }),
  });
}

function add(
  hidden: Map<string, { up: number; down: number }>,
  id: string,
  more: { up: number; down: number },
): void {
  const held = hidden.get(id) ?? { up: 0, down: 0 };
  hidden.set(id, { up: held.up + more.up, down: held.down + more.down });
}

function withMore(
  node: GraphNode,
  hidden: ReadonlyMap<string, { up: number; down: number }>,
): GraphNode {
  const more = hidden.get(node.id);
  if (!more || (more.up === 0 && more.down === 0)) return node;
  return { ...node, moreUp: node.moreUp + more.up, moreDown: node.moreDown + more.down };
}
