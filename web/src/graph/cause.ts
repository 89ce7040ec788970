import { nodeId } from "@/api/node";
import type { components } from "@/api/schema";
import type { Graph, GraphNode, Neighbours } from "./model";
import { reach } from "./path";

export type CriticalPath = components["schemas"]["CriticalPathAnswer"];

/** The jobs of a critical path and the tables that they handed on, the asked one too. */
export function nodesOfPath(path: CriticalPath, start: string): Set<string> {
  const found = new Set<string>();
  for (const step of path.steps) {
    found.add(nodeId("job", step.job.namespace, step.job.name));
    if (step.through) found.add(nodeId("dataset", step.through.namespace, step.through.name));
  }
  if (found.size > 0) found.add(start);
  return found;
}

/** The jobs above a node whose latest run failed or was aborted, the nearest first. */
export function failedAbove(graph: Graph, neighbours: Neighbours, start: string): GraphNode[] {
  const above = reach(neighbours, start, "up");
  return graph.nodes
    .filter(
      (node) =>
        node.kind === "job" &&
        above.has(node.id) &&
        (node.state === "FAILED" || node.state === "ABORTED"),
    )
    .sort((one, other) => Math.abs(one.distance) - Math.abs(other.distance));
}

/** What is the matter, the most certain first: a failure, one that still runs, the longest part. */
export function verdictOf(path: CriticalPath, failed: readonly GraphNode[]): Verdict {
  const last = failed.at(-1);
  if (last) return { kind: "failed", job: last };
  const waiting = path.steps.find((step) => step.later && step.later.state === "RUNNING");
  if (waiting) return { kind: "running", step: waiting };
  if (path.dominant) return { kind: path.dominant.what, dominant: path.dominant };
  return { kind: "unknown" };
}

export type Verdict =
  | { kind: "failed"; job: GraphNode }
  | { kind: "running"; step: CriticalPath["steps"][number] }
  | { kind: "run" | "wait"; dominant: NonNullable<CriticalPath["dominant"]> }
  | { kind: "unknown" };
