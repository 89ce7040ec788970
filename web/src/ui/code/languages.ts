/** What an editor or a view shows in colours; anything else is plain text. */
export type Language = "sql" | "json" | "text";

/** The language that a word of a producer means, such as `SQL`; plain text where it is no other. */
export function languageOf(word: string): Language {
  const said = word.toLowerCase();
  if (said === "json") return "json";
  return said.includes("sql") ? "sql" : "text";
}
