/** What a node of the lineage graph is. */
export type NodeKind = "dataset" | "job" | "run" | "datasetField" | "namespace";

/** The id of a node, its parts percent-encoded, so that it reads in one way only. */
export function nodeId(kind: NodeKind, ...parts: string[]): string {
  return [kind, ...parts.map((part) => encodeURIComponent(part))].join(":");
}
