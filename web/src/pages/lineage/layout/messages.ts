import type { LayoutGraph, Positions } from "@/graph/layered";

/** What the page asks of the worker. */
export interface LayoutQuestion {
  key: string;
  graph: LayoutGraph;
  budgetMilliseconds: number;
}

/** What the worker answers; `isSimple` when the time was not enough for the better layout. */
export interface LayoutAnswer {
  key: string;
  positions: Positions;
  isSimple: boolean;
}
