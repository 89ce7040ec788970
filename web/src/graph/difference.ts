import type { components } from "@/api/schema";
import { graphId } from "./answer";
import type { Change, Graph, GraphEdge, GraphNode, NodeKind } from "./model";
import { bareNode, edgeId } from "./model";

export type Difference = components["schemas"]["LineageDifference"];
type Named = components["schemas"]["LineageName"];

/**
 * The graph of the later time, with what went in it too; each node and edge says what it did.
 * What went is as the graph of the earlier time has it, or a mere name where that is not there.
 */
export function withDifference(graph: Graph, difference: Difference, before?: Graph): Graph {
  const earlier = new Map(before?.nodes.map((node) => [node.id, node]));
  const ids = new Map<string, string>();
  const known = new Map(graph.nodes.map((node) => [node.id, node]));
  const change = new Map<string, Change>();
  const gone: GraphNode[] = [];
  const name = (node: Named): string => {
    const id = graphId(node.kind as NodeKind, node.namespace, node.name);
    ids.set(node.id, id);
    return id;
  };
  for (const node of difference.changed) {
    if (isTold(node)) change.set(name(node), "changed");
  }
  for (const node of difference.nodes.added) change.set(name(node), "added");
  for (const node of difference.nodes.removed) {
    const id = name(node);
    change.set(id, "removed");
    if (!known.has(id)) gone.push(wentFrom(earlier, bareNode(node.kind as NodeKind, id, node)));
  }
  for (const node of graph.nodes) {
    ids.set(`${node.kind}:${node.namespace}:${node.name}`, node.id);
  }
  const came = new Set(difference.edges.added.map((edge) => ends(edge, ids)));
  const drawn = new Set([...known.keys(), ...gone.map((node) => node.id)]);
  const edges: GraphEdge[] = graph.edges.map((edge) =>
    came.has(edgeId(edge)) ? { ...edge, change: "added" } : edge,
  );
  for (const edge of difference.edges.removed) {
    const from = ids.get(edge.from);
    const to = ids.get(edge.to);
    if (from && to && drawn.has(from) && drawn.has(to))
      edges.push({ from, to, state: "current", change: "removed" });
  }
  const nodes = [...graph.nodes, ...gone].map((node) => {
    const said = change.get(node.id);
    return said ? { ...node, change: said } : node;
  });
  return { nodes, edges };
}

/** A node that went, with what was known of it; it has no neighbours any more to open. */
function wentFrom(earlier: ReadonlyMap<string, GraphNode>, bare: GraphNode): GraphNode {
  const found = earlier.get(bare.id);
  return found ? { ...found, moreUp: 0, moreDown: 0 } : bare;
}

/** Whether a changed node says something else of its shape: figures of each run do not count. */
export function isTold(node: Difference["changed"][number]): boolean {
  return node.schema.length > 0 || node.sql !== null || facetsTold(node).length > 0;
}

const FIGURES = new Set([
  "dataQualityMetrics",
  "dataQualityAssertions",
  "outputStatistics",
  "inputStatistics",
  "version",
]);

/** The facets of a changed node that differ in more than the figures of a run. */
export function facetsTold(node: Difference["changed"][number]): string[] {
  return node.facets.map((one) => one.facet).filter((one) => !FIGURES.has(one));
}

/** How much came, went and changed. */
export function countsOf(difference: Difference) {
  return {
    added: difference.nodes.added.length,
    removed: difference.nodes.removed.length,
    changed: difference.changed.filter(isTold).length,
    edgesAdded: difference.edges.added.length,
    edgesRemoved: difference.edges.removed.length,
  };
}

function ends(edge: { from: string; to: string }, ids: ReadonlyMap<string, string>): string {
  return edgeId({ from: ids.get(edge.from) ?? edge.from, to: ids.get(edge.to) ?? edge.to });
}
