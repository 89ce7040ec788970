import { type Arrow, nodeTowards } from "@/graph/keyboard";
import type { GraphNode } from "@/graph/model";
import { texts } from "@/texts";
import type { Layout } from "./layout/useLayout";
import type { Drawing } from "./useDrawing";

const said = texts.lineage;

const ARROWS: Record<string, Arrow> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};

export function arrowOf(key: string): Arrow | undefined {
  return ARROWS[key];
}

/** The node that an arrow key leads to; the first press takes the start. */
export function step(
  layout: Layout,
  drawing: Drawing,
  selected: string | undefined,
  arrow: Arrow,
): string | null {
  if (!selected || !layout.boxes.has(selected)) {
    return drawing.start ?? layout.graph.nodes[0]?.id ?? null;
  }
  return nodeTowards(layout.boxes, drawing.neighbours, selected, arrow);
}

/** A node in words, for people who cannot see it. */
export function describe(node: GraphNode, { neighbours }: Drawing): string {
  const states: Record<string, string> = texts.shared.states;
  return said.said([
    node.name || node.namespace,
    said.kinds[node.kind],
    node.state ? (states[node.state] ?? "") : "",
    node.error ?? "",
    said.neighbours(
      neighbours.up.get(node.id)?.length ?? 0,
      neighbours.down.get(node.id)?.length ?? 0,
    ),
  ]);
}
