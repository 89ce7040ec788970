import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { SQL_WORDS } from "./dialect";
import type { Language } from "./languages";

/** A table that can be named in a statement, as `zone.name`. */
export interface CatalogueTable {
  name: string;
  columns: readonly { name: string; type: string }[];
}

/** What can be named in a statement. */
export interface CodeCatalogue {
  tables: readonly CatalogueTable[];
  functions: readonly { name: string; signature: string; about: string | null }[];
}

const SURE = 20;
const LIKELY = 10;
const UNLIKELY = -10;
const FROM_CLAUSE = /\b(from|join)\s+[\w."]*$/i;
const TABLE_WITH_ALIAS = /\b(?:from|join|,)\s+([\w.]+(?:\."[^"]+")?)(?:\s+(?:as\s+)?(\w+))?/gi;

const words: readonly Completion[] = SQL_WORDS.map((word) => ({
  label: word.toUpperCase(),
  type: "keyword",
}));

/** What could be meant at the cursor, null where nothing is offered. */
export function suggest(
  context: CompletionContext,
  language: Language,
  catalogue: CodeCatalogue | undefined,
): CompletionResult | null {
  if (language !== "sql") return null;
  const written = context.matchBefore(/[\w.]+/);
  if (!written && !context.explicit) return null;
  const from = written?.from ?? context.pos;
  const text = context.state.doc.toString();
  const options = optionsFor(written?.text ?? "", text, text.slice(0, context.pos), catalogue);
  const dot = (written?.text ?? "").lastIndexOf(".");
  const start = options.isMember ? from + dot + 1 : from;
  return { from: start, options: [...options.found], validFor: /^\w*$/ };
}

/** What is offered for a word in a text; `isMember` says that only what is behind its dot is. */
export function optionsFor(
  word: string,
  text: string,
  before: string,
  catalogue: CodeCatalogue | undefined,
): { found: Completion[]; isMember: boolean } {
  const tables = catalogue?.tables ?? [];
  const named = tablesIn(text, tables);
  const dot = word.lastIndexOf(".");
  if (dot >= 0) return { found: membersOf(word.slice(0, dot), tables, named), isMember: true };
  const isPlaceOfTable = FROM_CLAUSE.test(before);
  const found: Completion[] = tables.map((table) => ({
    label: table.name,
    type: "class",
    boost: isPlaceOfTable ? SURE : UNLIKELY,
  }));
  if (isPlaceOfTable) return { found, isMember: false };
  const columns = new Map<string, Completion>();
  for (const table of named.values()) {
    for (const column of table.columns) columns.set(column.name, columnOf(column, table));
  }
  found.push(...columns.values(), ...words);
  for (const one of catalogue?.functions ?? []) {
    found.push({
      label: one.name,
      apply: `${one.name}(`,
      type: "function",
      detail: one.signature,
      ...(one.about && { info: one.about }),
      boost: UNLIKELY,
    });
  }
  return { found, isMember: false };
}

/** The tables that a text names, by the names and aliases that its columns may stand behind. */
export function tablesIn(
  text: string,
  tables: readonly CatalogueTable[],
): Map<string, CatalogueTable> {
  const byName = new Map(tables.map((table) => [table.name.toLowerCase(), table]));
  const named = new Map<string, CatalogueTable>();
  for (const [, name = "", alias] of text.matchAll(TABLE_WITH_ALIAS)) {
    const table = byName.get(name.replaceAll('"', "").toLowerCase());
    if (!table) continue;
    named.set(table.name.split(".").slice(1).join("."), table);
    if (alias && !SQL_WORDS.includes(alias.toLowerCase())) named.set(alias, table);
  }
  return named;
}

function membersOf(
  owner: string,
  tables: readonly CatalogueTable[],
  named: ReadonlyMap<string, CatalogueTable>,
): Completion[] {
  const table = named.get(owner) ?? tables.find((one) => one.name === owner);
  if (table) return table.columns.map((column) => columnOf(column, table));
  return tables
    .filter((one) => one.name.startsWith(`${owner}.`))
    .map((one) => ({ label: one.name.slice(owner.length + 1), type: "class", boost: SURE }));
}

function columnOf(column: { name: string; type: string }, table: CatalogueTable): Completion {
  return {
    label: column.name,
    type: "property",
    detail: column.type,
    info: table.name,
    boost: LIKELY,
  };
}
