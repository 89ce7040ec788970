/** What a node of a drawn graph is. */
export type NodeKind = "dataset" | "job" | "group";

/** A side of a node: up to what it is made of, down to what is made of it. */
export type Side = "up" | "down";

/** What a difference between two times says of a node or an edge. */
export type Change = "added" | "removed" | "changed";

export interface ColumnInfo {
  name: string;
  type: string | null;
  tags: readonly string[];
  description: string | null;
}

/** A dataset, a job or a group of them, with all that its card shows; null is not known. */
export interface GraphNode {
  id: string;
  kind: NodeKind;
  namespace: string;
  name: string;
  distance: number;
  members: number;
  identities: number;
  state: string | null;
  at: string | null;
  run: string | null;
  durationMs: number | null;
  error: string | null;
  description: string | null;
  tags: readonly string[];
  owners: readonly string[];
  columns: readonly ColumnInfo[];
  columnCount: number;
  rows: number | null;
  sizeBytes: number | null;
  testsPassed: number;
  testsFailed: number;
  moreUp: number;
  moreDown: number;
  change?: Change;
}

/** Data flows from one node to another; `via` are jobs that were left out between them. */
export interface GraphEdge {
  from: string;
  to: string;
  state: "current" | "running" | "failed";
  via?: readonly string[];
  change?: Change;
}

export interface Graph {
  nodes: readonly GraphNode[];
  edges: readonly GraphEdge[];
}

/** Who stands next to whom. */
export interface Neighbours {
  up: ReadonlyMap<string, readonly string[]>;
  down: ReadonlyMap<string, readonly string[]>;
}

export function neighboursOf(graph: Graph): Neighbours {
  const up = new Map<string, string[]>();
  const down = new Map<string, string[]>();
  for (const edge of graph.edges) {
    put(down, edge.from, edge.to);
    put(up, edge.to, edge.from);
  }
  return { up, down };
}

function put(map: Map<string, string[]>, key: string, value: string): void {
  const held = map.get(key);
  if (held) held.push(value);
  else map.set(key, [value]);
}

/** The name of an edge, for keys. */
export function edgeId(edge: { from: string; to: string }): string {
  return `${edge.from}→${edge.to}`;
}

/** A node of which nothing but its name is known. */
export function bareNode(
  kind: NodeKind,
  id: string,
  name: { namespace: string; name: string },
): GraphNode {
  return {
    id,
    kind,
    namespace: name.namespace,
    name: name.name,
    distance: 0,
    members: 0,
    identities: 0,
    state: null,
    at: null,
    run: null,
    durationMs: null,
    error: null,
    description: null,
    tags: [],
    owners: [],
    columns: [],
    columnCount: 0,
    rows: null,
    sizeBytes: null,
    testsPassed: 0,
    testsFailed: 0,
    moreUp: 0,
    moreDown: 0,
  };
}
