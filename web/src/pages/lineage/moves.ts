import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";
import { nodeId } from "@/api/node";
import type { GraphNode, Neighbours, Side } from "@/graph/model";
import { closed, isOpened, opened } from "@/graph/open";
import type { LineageSearch } from "./address";

const route = getRouteApi("/lineage");

export type Change = Partial<Record<keyof LineageSearch, LineageSearch[keyof LineageSearch]>>;

/** The id of a column of a dataset. */
export function fieldId(node: { namespace: string; name: string }, column: string): string {
  return nodeId("datasetField", node.namespace, node.name, column);
}

/** The address of the page, and ways to change it; what is undefined leaves it. */
export function useMoves() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  return useMemo(() => {
    /** Change the address; small steps replace it, so that Back leads to the last large one. */
    const change = (changes: Change, isSmall = false) =>
      void navigate({
        search: (before) => without({ ...before, ...changes } as LineageSearch),
        replace: isSmall,
        resetScroll: false,
      });
    return { search, change };
  }, [search, navigate]);
}

export type Moves = ReturnType<typeof useMoves>;

/** What a click means. */
export function actionsOf({ search, change }: Moves, neighbours: Neighbours) {
  const hops = search.open ?? [];
  return {
    select: (id: string | undefined) => change({ selected: id, path: undefined }, true),
    path: (id: string) => change({ selected: id, path: id, column: undefined }),
    clear: () =>
      change(
        {
          selected: undefined,
          path: undefined,
          // What is asked about stays: it is the question, not a light.
          column: search.mode === "impact" ? search.column : undefined,
        },
        true,
      ),
    start: (id: string) =>
      change({
        node: id,
        selected: id,
        open: undefined,
        path: undefined,
        column: undefined,
        wide: undefined,
        depth: undefined,
        budget: undefined,
        mode: search.mode === "changes" ? search.mode : undefined,
      }),
    open: (node: GraphNode, side: Side) => {
      if (!search.node || search.mode === "impact" || search.mode === "cause") {
        change({ node: node.id, selected: node.id, open: undefined, mode: undefined });
        return;
      }
      const drawn = isOpened(hops, node.id, side) || node.id === search.node;
      const around = neighbours[side].get(node.id)?.length ?? 0;
      change({ open: opened(hops, node.id, side, drawn ? around : 0), selected: node.id });
    },
    close: (node: GraphNode, side: Side) =>
      change({ open: orNothing(closed(hops, node.id, side)) }),
    isOpened: (node: GraphNode, side: Side) => isOpened(hops, node.id, side),
    widen: (node: GraphNode) => {
      const wide = search.wide ?? [];
      const next = wide.includes(node.id)
        ? wide.filter((one) => one !== node.id)
        : [...wide, node.id];
      change({ wide: orNothing(next) }, true);
    },
    light: (node: GraphNode, column: string) => {
      const id = fieldId(node, column);
      change({ column: search.column === id ? undefined : id, path: undefined });
    },
  };
}

export type Actions = ReturnType<typeof actionsOf>;

function orNothing<Item>(items: Item[]): Item[] | undefined {
  return items.length > 0 ? items : undefined;
}

function without(search: LineageSearch): LineageSearch {
  return Object.fromEntries(
    Object.entries(search).filter(([, value]) => value !== undefined),
  ) as LineageSearch;
}
