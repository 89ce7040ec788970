import { createContext, useContext } from "react";
import type { CardStyle } from "@/graph/card";
import type { ColumnPath } from "@/graph/columns";
import type { Effect } from "@/graph/impact";
import type { GraphNode, Side } from "@/graph/model";
import type { Lit } from "@/graph/path";

/** How near people look: names only, names and states, or everything. */
export type Zoom = "far" | "middle" | "near";

/** What all cards know besides their node, and what can be done on them. */
export interface Cards {
  zoom: Zoom;
  start: string | null;
  selected: string | undefined;
  lit: Lit | null;
  columns: ColumnPath | null;
  column: string | undefined;
  effects: ReadonlyMap<string, Effect> | undefined;
  styleOf: (node: GraphNode) => CardStyle;
  isOpened: (node: GraphNode, side: Side) => boolean;
  open: (node: GraphNode, side: Side) => void;
  close: (node: GraphNode, side: Side) => void;
  widen: (node: GraphNode) => void;
  light: (node: GraphNode, column: string) => void;
}

export const CardsContext = createContext<Cards | null>(null);

export function useCards(): Cards {
  const cards = useContext(CardsContext);
  if (!cards) throw new Error("a card stands outside of a graph");
  return cards;
}
