import { type RunState, stateOf } from "@/ui/runs";

/** What the address of the list of jobs says: a filter, and behind which job the page begins. */
export interface JobsSearch {
  namespace?: string | undefined;
  words?: string | undefined;
  state?: RunState | undefined;
  after?: string | undefined;
}

export function readJobsSearch(given: Record<string, unknown>): JobsSearch {
  const state = stateOf(given.state);
  return {
    ...texts(given, "namespace", "words", "after"),
    ...(state && { state }),
  };
}

/** What of a job is shown. */
export const JOB_TABS = ["runs", "late", "sql", "versions", "facets"] as const;
export type JobTab = (typeof JOB_TABS)[number];

/** What the address of a job says. */
export interface JobSearch {
  namespace: string;
  name: string;
  tab?: JobTab | undefined;
}

export function readJobSearch(given: Record<string, unknown>): JobSearch {
  const tab = JOB_TABS.find((one) => one === given.tab);
  return {
    namespace: String(given.namespace ?? ""),
    name: String(given.name ?? ""),
    ...(tab && { tab }),
  };
}

function texts<Name extends string>(
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
