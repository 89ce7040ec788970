import { nodeId } from "@/api/node";
import type { components } from "@/api/schema";

export type Impact = components["schemas"]["LineageImpact"];
export type Effect = components["schemas"]["ImpactDataset"]["effect"];

/** A table or a job that a change breaks, or may break. */
export interface Affected {
  id: string;
  kind: "dataset" | "job";
  namespace: string;
  name: string;
  effect: Effect;
  distance: number;
  owners: readonly string[];
  state: string | null;
  at: string | null;
  columns: readonly { name: string; effect: Effect }[];
}

const STRENGTH: readonly Effect[] = ["direct", "indirect", "table"];

/** Everything that is affected: the nearest first, then the most certain. */
export function affectedOf(impact: Impact): Affected[] {
  const datasets = impact.datasets.map(
    (one): Affected => ({
      id: nodeId("dataset", one.namespace, one.name),
      kind: "dataset",
      namespace: one.namespace,
      name: one.name,
      effect: one.effect,
      distance: one.distance,
      owners: one.owners,
      state: null,
      at: one.written_at,
      columns: one.columns.map(({ name, effect }) => ({ name, effect })),
    }),
  );
  const jobs = impact.jobs.map(
    (one): Affected => ({
      id: nodeId("job", one.namespace, one.name),
      kind: "job",
      namespace: one.namespace,
      name: one.name,
      effect: one.effect,
      distance: one.distance,
      owners: one.owners,
      state: one.state,
      at: one.ran_at,
      columns: [],
    }),
  );
  return [...datasets, ...jobs].sort(
    (one, other) =>
      one.distance - other.distance ||
      STRENGTH.indexOf(one.effect) - STRENGTH.indexOf(other.effect) ||
      one.name.localeCompare(other.name),
  );
}

/** The effect on each node. */
export function effectsOf(impact: Impact): Map<string, Effect> {
  return new Map(affectedOf(impact).map((one) => [one.id, one.effect]));
}

/** By node the columns that are affected, and whether directly; its card shows those first. */
export function columnsHit(impact: Impact): Map<string, Map<string, boolean>> {
  return new Map(
    affectedOf(impact)
      .filter((one) => one.columns.length > 0)
      .map((one) => [
        one.id,
        new Map(one.columns.map((column) => [column.name, column.effect === "direct"])),
      ]),
  );
}
