import type { Search } from "./links";

/** What a text that was pasted may be the id of, and the page that shows it. */
export interface Pasted {
  kind: "run" | "trace" | "dataset" | "job" | "column" | "sql";
  title: string;
  to: string;
  search: Search;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const TRACE = /^[0-9a-f]{32}$/i;
const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/i;
const STATEMENT = /^(select|with|from|describe|show|explain)\s/i;
const URL_SCHEME = /^[a-z][a-z0-9+.-]*:\/\/[^/:]+(:\d+)?:/i;

/** What a text can be the id of: a run, a trace, a node of the graph, a name with its namespace. */
export function pastedOf(given: string): Pasted[] {
  const text = given.trim();
  if (UUID.test(text)) {
    const id = text.toLowerCase();
    return [runAt(id), traceAt(id.replaceAll("-", ""))];
  }
  if (TRACE.test(text)) return [traceAt(text.toLowerCase()), runAt(dashed(text.toLowerCase()))];
  const parent = TRACEPARENT.exec(text);
  if (parent?.[1]) return [traceAt(parent[1].toLowerCase(), parent[2]?.toLowerCase())];
  if (STATEMENT.test(text)) {
    return [{ kind: "sql", title: text, to: "/sql", search: { statement: text } }];
  }
  return nodeAt(text) ?? namedAt(text);
}

function runAt(id: string): Pasted {
  return { kind: "run", title: id, to: "/runs/run", search: { id } };
}

function traceAt(id: string, span?: string): Pasted {
  const search = span ? { id, span } : { id };
  return { kind: "trace", title: id, to: "/traces/trace", search };
}

function dashed(hex: string): string {
  const cuts = [0, 8, 12, 16, 20, 32];
  return cuts
    .slice(1)
    .map((end, n) => hex.slice(cuts[n], end))
    .join("-");
}

function entityAt(kind: "dataset" | "job", namespace: string, name: string): Pasted {
  const to = kind === "job" ? "/jobs/job" : "/tables/table";
  return { kind, title: `${namespace}:${name}`, to, search: { namespace, name } };
}

/** A node id: `dataset:NAMESPACE:NAME`, with its parts percent-encoded or not. */
function nodeAt(text: string): Pasted[] | undefined {
  const kind = /^(dataset|job|run|datasetField):(.+)$/.exec(text);
  if (!kind?.[1] || !kind[2]) return undefined;
  if (kind[1] === "run") return [runAt(decoded(kind[2]).toLowerCase())];
  const parts = split(kind[2]);
  if (!parts) return undefined;
  const [namespace, name] = parts;
  if (kind[1] !== "datasetField") return [entityAt(kind[1] as "dataset" | "job", namespace, name)];
  const cut = name.lastIndexOf(":");
  if (cut <= 0) return undefined;
  return [
    { kind: "column", title: text, to: "/lineage", search: { node: text } },
    entityAt("dataset", namespace, name.slice(0, cut)),
  ];
}

/** A name with its namespace, as logs write them. */
function namedAt(text: string): Pasted[] {
  if (/\s/.test(text)) return [];
  const parts = split(text);
  if (!parts) return [];
  return [entityAt("dataset", ...parts), entityAt("job", ...parts)];
}

/** Namespace and name; the namespace may be an address with a port. */
function split(text: string): [string, string] | undefined {
  const address = URL_SCHEME.exec(text);
  const cut = address ? address[0].length - 1 : text.indexOf(":");
  if (cut <= 0 || cut === text.length - 1 || text.startsWith("//", cut + 1)) return undefined;
  return [decoded(text.slice(0, cut)), decoded(text.slice(cut + 1))];
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
