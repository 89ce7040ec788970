import { bareNode, type Graph, type GraphEdge, type GraphNode, type NodeKind } from "./model";

/** A graph for tests, out of words such as `raw > load > clean`; names with `_job` are jobs. */
export function sample(...chains: string[]): Graph {
  const nodes = new Map<string, GraphNode>();
  const edges = new Map<string, GraphEdge>();
  for (const chain of chains) {
    const names = chain.split(">").map((name) => name.trim());
    for (const name of names) {
      const kind: NodeKind = name.endsWith("_job") ? "job" : "dataset";
      nodes.set(name, bareNode(kind, idOf(name), { namespace: "ns", name }));
    }
    names.slice(1).forEach((name, place) => {
      const from = idOf(names[place] as string);
      const to = idOf(name);
      edges.set(`${from} ${to}`, { from, to, state: "current" });
    });
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()] };
}

export function idOf(name: string): string {
  return `${name.endsWith("_job") ? "job" : "dataset"}:ns:${name}`;
}

export function nameOf(id: string): string {
  return id.split(":").slice(2).join(":");
}

/** A graph with some members of some nodes set. */
export function told(graph: Graph, said: Record<string, Partial<GraphNode>>): Graph {
  return { ...graph, nodes: graph.nodes.map((node) => ({ ...node, ...said[node.name] })) };
}

export function arrows(graph: Graph): string[] {
  return graph.edges.map((edge) => `${nameOf(edge.from)} > ${nameOf(edge.to)}`).sort();
}
