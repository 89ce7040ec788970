import type { Effect } from "./impact";
import type { Change, Graph, GraphNode } from "./model";
import { neighboursOf } from "./model";

/** A node as a row of the table that is the graph's twin. */
export interface NodeRow {
  node: GraphNode;
  from: readonly string[];
  to: readonly string[];
  effect: Effect | null;
  change: Change | null;
}

/** The rows of a graph: from far up to far down, then by name. */
export function rowsOf(graph: Graph, effects?: ReadonlyMap<string, Effect>): NodeRow[] {
  const { up, down } = neighboursOf(graph);
  const names = new Map(graph.nodes.map((node) => [node.id, node.name || node.namespace]));
  const named = (ids: readonly string[] | undefined) =>
    (ids ?? []).map((id) => names.get(id) ?? id).sort();
  return [...graph.nodes]
    .sort(
      (one, other) =>
        one.distance - other.distance ||
        one.kind.localeCompare(other.kind) ||
        one.name.localeCompare(other.name),
    )
    .map((node) => ({
      node,
      from: named(up.get(node.id)),
      to: named(down.get(node.id)),
      effect: effects?.get(node.id) ?? null,
      change: node.change ?? null,
    }));
}

type Cell = string | number | null | undefined;

/** Rows as CSV (RFC 4180); what a spreadsheet would take for a formula is made a text. */
export function csvOf(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [header, ...rows]
    .map((row) => row.map(cellOf).join(","))
    .join("\r\n")
    .concat("\r\n");
}

function cellOf(value: Cell): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The nodes as CSV. */
export function nodesCsv(rows: readonly NodeRow[]): string {
  const header =
    "kind,namespace,name,distance,state,last,rows,bytes,tests_passed,tests_failed,tags,owners,columns,from,to,effect,change";
  return csvOf(
    header.split(","),
    rows.map(({ node, from, to, effect, change }) => [
      node.kind,
      node.namespace,
      node.name,
      node.distance,
      node.state,
      node.at,
      node.rows,
      node.sizeBytes,
      node.testsPassed,
      node.testsFailed,
      node.tags.join(" "),
      node.owners.join(" "),
      node.columns.map((column) => column.name).join(" "),
      from.join(" "),
      to.join(" "),
      effect,
      change,
    ]),
  );
}

/** The edges as CSV. */
export function edgesCsv(graph: Graph): string {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const header = "from_kind,from_namespace,from_name,to_kind,to_namespace,to_name,state,change";
  return csvOf(
    header.split(","),
    graph.edges.map((edge) => {
      const from = nodes.get(edge.from);
      const to = nodes.get(edge.to);
      return [
        from?.kind,
        from?.namespace,
        from?.name,
        to?.kind,
        to?.namespace,
        to?.name,
        edge.state,
        edge.change,
      ];
    }),
  );
}
