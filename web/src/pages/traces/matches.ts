import type { SpanColumns, TraceTree } from "@/graph/trace";

/** What is looked through: the spans with the texts that their numbers stand for. */
export interface Texts {
  spans: SpanColumns;
  names: readonly string[];
  services: readonly string[];
  messages: Readonly<Record<string, string>>;
}

/**
 * The rows that have all words in their name, service, message or id; and those of which the
 * server says that an attribute has the text. Nothing where nothing is sought.
 */
export function matchingRows(
  trace: Texts,
  tree: TraceTree,
  words: string,
  alsoIds: readonly string[],
): ReadonlySet<number> | undefined {
  const sought = words.toLowerCase().split(/\s+/).filter(Boolean);
  if (sought.length === 0) return undefined;
  const names = trace.names.map((name) => name.toLowerCase());
  const services = trace.services.map((service) => service.toLowerCase());
  const found: number[] = [];
  tree.span.forEach((span, row) => {
    const text = [
      names[trace.spans.name[span] ?? 0],
      services[trace.spans.service[span] ?? 0],
      trace.messages[String(span)]?.toLowerCase(),
      trace.spans.id[span],
    ].join("\n");
    if (sought.every((word) => text.includes(word))) found.push(row);
  });
  const also = alsoIds.map((id) => tree.rowOf.get(id)).filter((row) => row !== undefined);
  return new Set([...found, ...also].sort((one, other) => one - other));
}
