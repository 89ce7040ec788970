import { useEffect, useMemo, useState } from "react";
import type { CardStyle } from "@/graph/card";
import type { LayoutGraph } from "@/graph/layered";
import type { Graph, GraphNode } from "@/graph/model";
import { plainPositions } from "@/graph/plain";
import { type Box, boxesOf, layoutGraph, layoutKey, Recent } from "@/graph/positions";
import type { LayoutAnswer, LayoutQuestion } from "./messages";

const BUDGET_MILLISECONDS = 2_500;
const REMEMBERED = 40;
/** Long after a first graph is there, and before people open more of it. */
const IDLE_MILLISECONDS = 3_000;

export interface Layout {
  /** The graph that the boxes are of: the one before, while a new one is arranged. */
  graph: Graph;
  boxes: ReadonlyMap<string, Box>;
  isSimple: boolean;
}

interface Held {
  boxes: ReadonlyMap<string, Box>;
  isSimple: boolean;
}

const remembered = new Recent<Held>(REMEMBERED);
let worker: Worker | undefined;

function layoutWorker(): Worker {
  worker ??= new Worker(new URL("./layout.worker.ts", import.meta.url), { type: "module" });
  return worker;
}

/** Start what arranges graphs that are not plain, once there is time for it. */
export function prepareLayout(): () => void {
  const waiting = setTimeout(layoutWorker, IDLE_MILLISECONDS);
  return () => clearTimeout(waiting);
}

/** Arrange a graph away from the page; null until the first is arranged. */
export function useLayout(
  graph: Graph | null,
  styleOf: (node: GraphNode) => CardStyle,
): { layout: Layout | null; isBusy: boolean } {
  const asked = useMemo(() => {
    if (!graph) return null;
    const shape = layoutGraph(graph, styleOf);
    const key = layoutKey(shape);
    if (!remembered.get(key)) {
      const positions = plainPositions(shape);
      if (positions) remembered.set(key, { boxes: boxesOf(shape, positions), isSimple: false });
    }
    return { graph, shape, key };
  }, [graph, styleOf]);
  const [arrived, setArrived] = useState<{ key: string; held: Held } | null>(null);
  const [last, setLast] = useState<Layout | null>(null);
  const held = asked && (arrived?.key === asked.key ? arrived.held : remembered.get(asked.key));
  const layout = useMemo(
    () => (asked && held ? { graph: asked.graph, ...held } : null),
    [asked, held],
  );
  useEffect(() => {
    if (layout) setLast(layout);
  }, [layout]);
  useEffect(() => {
    if (!asked || remembered.get(asked.key)) return;
    return arrange(asked.key, asked.shape, (found) => setArrived({ key: asked.key, held: found }));
  }, [asked]);
  return { layout: layout ?? (asked ? last : null), isBusy: asked !== null && !layout };
}

function arrange(key: string, shape: LayoutGraph, tell: (held: Held) => void): () => void {
  const target = layoutWorker();
  const note = (event: MessageEvent<LayoutAnswer>) => {
    if (event.data.key !== key) return;
    target.removeEventListener("message", note);
    const held = {
      boxes: boxesOf(shape, event.data.positions),
      isSimple: event.data.isSimple,
    };
    remembered.set(key, held);
    tell(held);
  };
  target.addEventListener("message", note);
  const question: LayoutQuestion = { key, graph: shape, budgetMilliseconds: BUDGET_MILLISECONDS };
  target.postMessage(question);
  return () => target.removeEventListener("message", note);
}
