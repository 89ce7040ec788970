import { nodeId } from "@/api/node";

/** What the server answers about columns: nodes are columns, or datasets whose rows count. */
export interface ColumnAnswer {
  start: readonly string[];
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
  /**
   * By node the columns that are lit, and whether values flow there; an empty name is the rows of
   * the whole.
   */
  columns: ReadonlyMap<string, ReadonlyMap<string, boolean>>;
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
  const direct = directly(answer);
  const columns = new Map<string, Map<string, boolean>>();
  for (const [key, { id, column }] of places) {
    const held = columns.get(id) ?? new Map<string, boolean>();
    held.set(column, direct.has(key));
    columns.set(id, held);
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

/** What is reached from the start by values alone, up and down. */
function directly(answer: ColumnAnswer): Set<string> {
  const names = new Map(answer.nodes.map((node) => [node.id, node.column]));
  const found = new Set(answer.start);
  for (const side of ["up", "down"] as const) {
    const next = new Map<string, string[]>();
    for (const edge of answer.edges) {
      if (edge.kind === "INDIRECT" || !names.get(edge.to)) continue;
      const [near, far] = side === "up" ? [edge.to, edge.from] : [edge.from, edge.to];
      next.set(near, [...(next.get(near) ?? []), far]);
    }
    const frontier = [...answer.start];
    for (let one = frontier.pop(); one !== undefined; one = frontier.pop()) {
      for (const far of next.get(one) ?? []) {
        if (found.has(far)) continue;
        found.add(far);
        frontier.push(far);
      }
    }
  }
  return found;
}
