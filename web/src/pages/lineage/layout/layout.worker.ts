import ELK from "elkjs/lib/elk-api.js";
import elkAddress from "elkjs/lib/elk-worker.min.js?url";
import type { LayoutGraph, Positions } from "@/graph/layered";
import { CARD_GAP, LAYER_GAP, layeredPositions } from "@/graph/layered";
import type { LayoutAnswer, LayoutQuestion } from "./messages";

/*
 * Lays graphs out away from the page. The better layout runs in a worker of this worker, so that
 * one that takes too long can be ended; the simple one is made here then.
 */
const MOST_FOR_ELK = 3_000;
const MANY = 250;

/** What is arranged first, so that all that arranging needs is there when it counts. */
const SMALLEST: LayoutGraph = {
  ids: ["", ""],
  widths: [1, 1],
  heights: [1, 1],
  from: [0],
  to: [1],
};

/** How long the better layout may take to be there at all, which is no fault of the graph. */
const START_MILLISECONDS = 15_000;

interface Engine {
  ready: Promise<unknown>;
  layout: InstanceType<typeof ELK>["layout"];
  end: () => void;
}

// It takes long to start, so that happens while the graph is still asked for.
let elk: Engine | undefined = startElk();

self.addEventListener("message", (event: MessageEvent<LayoutQuestion>) => {
  void answer(event.data);
});

async function answer({ key, graph, budgetMilliseconds }: LayoutQuestion): Promise<void> {
  const better = graph.ids.length > MOST_FOR_ELK ? null : await withElk(graph, budgetMilliseconds);
  const reply: LayoutAnswer = {
    key,
    positions: better ?? layeredPositions(graph),
    isSimple: better === null,
  };
  self.postMessage(reply);
}

async function withElk(graph: LayoutGraph, budget: number): Promise<Positions | null> {
  elk ??= startElk();
  const engine = elk;
  try {
    const isThere = await within(START_MILLISECONDS, engine.ready);
    const laid = isThere ? await within(budget, engine.layout(elkGraph(graph))) : null;
    if (!laid) {
      engine.end();
      if (elk === engine) elk = undefined;
      return null;
    }
    const x = new Array<number>(graph.ids.length).fill(0);
    const y = new Array<number>(graph.ids.length).fill(0);
    for (const node of laid.children ?? []) {
      x[Number(node.id)] = node.x ?? 0;
      y[Number(node.id)] = node.y ?? 0;
    }
    return { x, y };
  } catch {
    return null;
  }
}

async function within<Value>(milliseconds: number, work: Promise<Value>): Promise<Value | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function startElk(): Engine {
  let worker: Worker | undefined;
  const api = new ELK({
    workerFactory: () => {
      worker = new Worker(elkAddress);
      return worker;
    },
  });
  return {
    ready: api.layout(elkGraph(SMALLEST)),
    layout: api.layout.bind(api),
    end: () => worker?.terminate(),
  };
}

function elkGraph(graph: LayoutGraph) {
  const isLarge = graph.ids.length > MANY;
  return {
    id: "graph",
    layoutOptions: {
      "elk.algorithm": "layered",
      "elk.direction": "RIGHT",
      "elk.spacing.nodeNode": String(CARD_GAP),
      "elk.layered.spacing.nodeNodeBetweenLayers": String(LAYER_GAP),
      "elk.layered.nodePlacement.strategy": isLarge ? "BRANDES_KOEPF" : "NETWORK_SIMPLEX",
      "elk.layered.considerModelOrder.strategy": isLarge ? "NONE" : "NODES_AND_EDGES",
      "elk.layered.thoroughness": isLarge ? "3" : "10",
      "elk.edgeRouting": "POLYLINE",
    },
    children: graph.ids.map((_, place) => ({
      id: String(place),
      width: graph.widths[place] ?? 0,
      height: graph.heights[place] ?? 0,
    })),
    edges: graph.from.map((from, index) => ({
      id: `e${index}`,
      sources: [String(from)],
      targets: [String(graph.to[index])],
    })),
  };
}
