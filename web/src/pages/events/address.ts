export const TYPES = ["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"] as const;
export const KINDS = ["job", "dataset", "command"] as const;
export const WHATS = [...TYPES, ...KINDS] as const;
export const LEVELS = ["error", "warning", "info"] as const;

/** What the address of the log says: which events, in which order, which page, which is open. */
export interface EventsSearch {
  what?: (typeof WHATS)[number];
  job?: string;
  producer?: string;
  since?: string;
  until?: string;
  order?: "oldest";
  after?: number;
  sequence?: number;
}

export function readEventsSearch(given: Record<string, unknown>): EventsSearch {
  const what = WHATS.find((one) => one === given.what);
  const [after, sequence] = [wholeOf(given.after), wholeOf(given.sequence)];
  return {
    ...(what && { what }),
    ...textsOf(given, ["job", "producer", "since", "until"]),
    ...(given.order === "oldest" && { order: "oldest" }),
    ...(after !== undefined && { after }),
    ...(sequence !== undefined && { sequence }),
  };
}

/** What the address of conformance says: whose events, and how bad what is shown has to be. */
export interface ConformanceSearch {
  producer?: string;
  level?: (typeof LEVELS)[number];
}

export function readConformanceSearch(given: Record<string, unknown>): ConformanceSearch {
  const level = LEVELS.find((one) => one === given.level);
  return { ...textsOf(given, ["producer"]), ...(level && level !== "warning" && { level }) };
}

/** What the address of refused events says: which page, and which is open. */
export interface RefusedSearch {
  key?: string;
  after?: string;
}

export function readRefusedSearch(given: Record<string, unknown>): RefusedSearch {
  return textsOf(given, ["key", "after"]);
}

/** Digits alone come as a number out of an address. */
function textsOf<Name extends string>(
  given: Record<string, unknown>,
  names: readonly Name[],
): { [one in Name]?: string } {
  const read: { [one in Name]?: string } = {};
  for (const name of names) {
    const value = given[name];
    if ((typeof value === "string" && value !== "") || typeof value === "number") {
      read[name] = String(value);
    }
  }
  return read;
}

function wholeOf(value: unknown): number | undefined {
  const number = typeof value === "string" || typeof value === "number" ? Number(value) : -1;
  return Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}
