import { json, jsonLanguage } from "@codemirror/lang-json";
import { SQLDialect } from "@codemirror/lang-sql";
import { LanguageSupport } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import type { Language } from "./languages";

/** The words of reading in DuckDB's SQL, which are what completion offers too. */
export const SQL_WORDS = `all and anti any array as asc asof between by case cast collate columns
cross cube current date day desc distinct else end escape except exclude exists extract false
fetch filter first following for from full glob group grouping groups having hour ignore ilike in
inner intersect interval into is isnull join last lateral left like limit materialized minute
month natural not notnull null nulls offset on or order ordinality outer over partition percent
pivot positional preceding qualify range recursive replace respect right rollup row rows sample
second select semi sets similar some struct tablesample then ties to true try_cast unbounded union
unpivot using values when where window with within without year`
  .split(/\s+/)
  .filter(Boolean);

const TYPES = `bigint bit blob bool boolean char date datetime decimal double float hugeint int
integer interval json long map numeric real short smallint string struct text time timestamp
timestamptz tinyint ubigint uinteger union usmallint utinyint uuid varbinary varchar list`;

const dialect = SQLDialect.define({
  keywords: SQL_WORDS.join(" "),
  types: TYPES.replace(/\s+/g, " "),
  builtin: "",
  backslashEscapes: false,
  hashComments: false,
  slashComments: true,
  doubleQuotedStrings: false,
  charSetCasts: false,
  doubleDollarQuotedStrings: true,
  identifierQuotes: '"',
});

/** What reads a text and knows its parts. */
export type CodeParser = (typeof jsonLanguage)["parser"];

/** What makes an editor know a language. */
export function extensionOf(language: Language): Extension {
  if (language === "sql") return new LanguageSupport(dialect.language);
  return language === "json" ? json() : [];
}

/** What reads a text of a language, null where it has no colours. */
export function parserOf(language: Language): CodeParser | null {
  if (language === "sql") return dialect.language.parser;
  return language === "json" ? jsonLanguage.parser : null;
}
