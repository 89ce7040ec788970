import { type RunState, stateOf } from "@/ui/runs";

/** How far back runs are listed, in hours. */
export const WINDOWS = { "1h": 1, "24h": 24, "7d": 168, "30d": 720 } as const;
export type RunWindow = keyof typeof WINDOWS;

/** What the address of the list of runs says; `fold` shows only what has no parent in the list. */
export interface RunsSearch {
  words?: string | undefined;
  namespace?: string | undefined;
  job?: string | undefined;
  state?: RunState | undefined;
  window?: RunWindow | undefined;
  since?: string | undefined;
  until?: string | undefined;
  fold?: boolean | undefined;
  after?: string | undefined;
}

export function readRunsSearch(given: Record<string, unknown>): RunsSearch {
  const state = stateOf(given.state);
  const window = (Object.keys(WINDOWS) as RunWindow[]).find((one) => one === given.window);
  return {
    ...textsOf(given, "words", "namespace", "job", "after"),
    ...(state && { state }),
    ...(window && { window }),
    ...momentsOf(given, "since", "until"),
    ...(given.fold === true && { fold: true }),
  };
}

/** What of a run is shown. */
export const RUN_TABS = ["overview", "sql", "logs", "quality", "facets"] as const;
export type RunTab = (typeof RUN_TABS)[number];

/** What the address of a run says; `job` and `namespace` where several jobs share the id. */
export interface RunSearch {
  id: string;
  namespace?: string | undefined;
  job?: string | undefined;
  tab?: RunTab | undefined;
}

export function readRunSearch(given: Record<string, unknown>): RunSearch {
  const tab = RUN_TABS.find((one) => one === given.tab);
  return {
    id: String(given.id ?? ""),
    ...textsOf(given, "namespace", "job"),
    ...(tab && { tab }),
  };
}

/** Which runs are compared: `id` the earlier one, `with` the later one. */
export interface CompareSearch {
  id: string;
  with?: string | undefined;
  namespace?: string | undefined;
  job?: string | undefined;
}

export function readCompareSearch(given: Record<string, unknown>): CompareSearch {
  return { id: String(given.id ?? ""), ...textsOf(given, "with", "namespace", "job") };
}

/** The moments that a window begins and ends at; whole minutes, so that it stays one question. */
export function spanAsked(
  search: Pick<RunsSearch, "window" | "since" | "until">,
  now: number,
): { since?: string; until?: string } {
  if (search.window === undefined) {
    return {
      ...(search.since && { since: search.since }),
      ...(search.until && { until: search.until }),
    };
  }
  const minute = Math.floor(now / 60_000) * 60_000;
  return { since: new Date(minute - WINDOWS[search.window] * 3_600_000).toISOString() };
}

function textsOf<Name extends string>(
  given: Record<string, unknown>,
  ...names: Name[]
): Partial<Record<Name, string>> {
  const found: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const value = given[name];
    // What looks like a number in an address is read as one.
    if (typeof value === "number" || (typeof value === "string" && value !== "")) {
      found[name] = String(value);
    }
  }
  return found;
}

function momentsOf<Name extends string>(
  given: Record<string, unknown>,
  ...names: Name[]
): Partial<Record<Name, string>> {
  const found: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const value = given[name];
    if (typeof value === "string" && !Number.isNaN(Date.parse(value))) {
      found[name] = new Date(value).toISOString();
    }
  }
  return found;
}
