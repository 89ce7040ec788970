export const PARTS = ["schema", "try", "segments"] as const;
export type Part = (typeof PARTS)[number];

/** What the address of a source says: which one, and which part of its page is open. */
export interface SourceSearch {
  name: string;
  part?: Part;
  version?: number;
}

export function readSourceSearch(given: Record<string, unknown>): SourceSearch {
  const part = PARTS.find((one) => one === given.part);
  const version = Number(given.version);
  return {
    name: String(given.name ?? ""),
    ...(part && part !== "schema" && { part }),
    ...(Number.isInteger(version) && version > 0 && { version }),
  };
}

/** What the address of the quarantine says: whose records, for which reason, and which is open. */
export interface QuarantineSearch {
  source?: string;
  reason?: string;
  key?: string;
  after?: string;
}

export function readQuarantineSearch(given: Record<string, unknown>): QuarantineSearch {
  const read: QuarantineSearch = {};
  for (const name of ["source", "reason", "key", "after"] as const) {
    // Digits alone come as a number out of an address.
    if (typeof given[name] === "string" || typeof given[name] === "number") {
      read[name] = String(given[name]);
    }
  }
  return read;
}
