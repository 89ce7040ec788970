import { nodeId } from "@/api/node";

/** What the server answers about columns: nodes are columns, or datasets whose rows count. */
export interface ColumnAnswer {
  nodes: readonly {
    id: string;
    kind: string;
    namespace: string;
    name: string;
    column?: string;
  }[];
  edges: readonly { from: string; to: string; kind?: string | null; subtype?: string | null }[];
}

/** From a column to a column; without a column it is the rows of a dataset as a whole. */
export interface ColumnLine {
  from: string;
  fromColumn: string;
  to: string;
  toColumn: string;
  isDirect: boolean;
  how: string | null;
}

export interface ColumnPath {
  /** By node the columns that are lit; an empty name is the rows of the whole. */
  columns: ReadonlyMap<string, ReadonlySet<string>>;
  lines: readonly ColumnLine[];
}

/** The path of a column as lines between the columns of cards. */
export function columnPath(answer: ColumnAnswer): ColumnPath {
  const places = new Map(
    answer.nodes.map((node) => [
      node.id,
      { id: nodeId("dataset", node.namespace, node.name), column: node.column ?? "" },
    ]),
  );
  const columns = new Map<string, Set<string>>();
  for (const { id, column } of places.values()) {
    const held = columns.get(id);
    if (held) held.add(column);
    else columns.set(id, new Set([column]));
  }
  const lines = new Map<string, ColumnLine>();
  for (const edge of answer.edges) {
    const from = places.get(edge.from);
    const to = places.get(edge.to);
    if (!from || !to || from.id === to.id) continue;
    const line: ColumnLine = {
      from: from.id,
      fromColumn: from.column,
      to: to.id,
      toColumn: to.column,
      isDirect: edge.kind !== "INDIRECT" && to.column !== "",
      how: edge.subtype?.toLowerCase() ?? null,
    };
    const key = `${edge.from}→${edge.to}`;
    if (!lines.get(key)?.isDirect) lines.set(key, line);
  }
  return { columns, lines: [...lines.values()] };
}

/** The nodes that a path of columns goes through, and the jobs that stand between them. */
export function nodesOfColumns(path: ColumnPath): Set<string> {
  return new Set(path.columns.keys());
}
