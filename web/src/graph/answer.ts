import { nodeId } from "@/api/node";
import type { components } from "@/api/schema";
import type { Graph, GraphEdge, GraphNode, NodeKind } from "./model";

type Canvas = components["schemas"]["LineageCanvas"];
type Card = components["schemas"]["LineageCard"];

/** The id of a node in every graph and address: of a group too. */
export function graphId(kind: NodeKind, namespace: string, name: string): string {
  if (kind === "group") return `group:${encodeURIComponent(namespace)}:${encodeURIComponent(name)}`;
  return nodeId(kind, namespace, name);
}

/** A graph out of an answer of the server, with ids that read in one way only. */
export function graphOf(answer: Pick<Canvas, "nodes" | "edges">): Graph {
  const ids = new Map(
    answer.nodes.map((one) => [one.id, graphId(one.kind, one.namespace, one.name)]),
  );
  const edges: GraphEdge[] = [];
  for (const edge of answer.edges) {
    const from = ids.get(edge.from);
    const to = ids.get(edge.to);
    if (from && to) edges.push({ from, to, state: edge.state });
  }
  return { nodes: answer.nodes.map((one) => nodeOf(one, ids.get(one.id) ?? one.id)), edges };
}

function nodeOf(card: Card, id: string): GraphNode {
  return {
    id,
    kind: card.kind,
    namespace: card.namespace,
    name: card.name,
    distance: card.distance,
    members: card.members,
    identities: card.identities,
    state: card.state,
    at: card.at,
    run: card.run,
    durationMs: card.duration_ms,
    error: card.error,
    description: card.description,
    tags: card.tags,
    owners: card.owners,
    columns: card.columns,
    columnCount: card.column_count,
    rows: card.rows,
    sizeBytes: card.size_bytes,
    testsPassed: card.tests_passed,
    testsFailed: card.tests_failed,
    moreUp: card.more_up,
    moreDown: card.more_down,
  };
}
