/** What the address of the tables says: a zone, and words of a name. */
export interface TablesSearch {
  zone?: string;
  words?: string;
}

export function readTablesSearch(given: Record<string, unknown>): TablesSearch {
  return {
    ...(typeof given.zone === "string" && { zone: given.zone }),
    ...(typeof given.words === "string" && { words: given.words }),
  };
}
