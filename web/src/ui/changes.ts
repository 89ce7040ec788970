/** What is to be different in an address; undefined takes a part away. */
export type Changes<Search> = { [Key in keyof Search]?: Search[Key] | undefined };

/** What an address says after changes. */
export function changed<Search extends object>(before: Search, changes: Changes<Search>): Search {
  const entries = Object.entries({ ...before, ...changes });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Search;
}
