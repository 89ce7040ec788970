import type { Problem } from "@/api/problem";

/** What a refused version of a schema would change, and what is built on it. */
export interface Broken {
  changes: { path: string; change: string }[];
  downstream: string[];
}

/** What a refusal says it would break; null for any other problem. */
export function brokenBy(problem: Problem): Broken | null {
  const { changes, downstream } = problem.details;
  if (problem.status !== 409 || !Array.isArray(changes)) return null;
  return {
    changes: changes.filter(isChange),
    downstream: Array.isArray(downstream)
      ? downstream.filter((name): name is string => typeof name === "string")
      : [],
  };
}

function isChange(value: unknown): value is Broken["changes"][number] {
  if (typeof value !== "object" || value === null) return false;
  const { path, change } = value as Record<string, unknown>;
  return typeof path === "string" && typeof change === "string";
}
