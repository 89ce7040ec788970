import type { EntityKind } from "@/api/search";

/** What the address of the search says: words, and what results must be or have. */
export interface SearchSearch {
  words?: string;
  kind?: EntityKind;
  namespace?: string;
  tag?: string;
  owner?: string;
}

const TEXTS = ["words", "namespace", "tag", "owner"] as const;

export function readSearchSearch(given: Record<string, unknown>): SearchSearch {
  const found: SearchSearch = {};
  for (const key of TEXTS) {
    const value = given[key];
    // Words of digits alone come as a number.
    const text = typeof value === "number" ? String(value) : value;
    if (typeof text === "string" && text.trim() !== "") found[key] = text;
  }
  if (given.kind === "dataset" || given.kind === "job") found.kind = given.kind;
  return found;
}
