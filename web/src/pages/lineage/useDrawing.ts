import { useCallback, useMemo } from "react";
import { nodeId } from "@/api/node";
import { graphOf } from "@/graph/answer";
import { type CardStyle, type Layer, layers } from "@/graph/card";
import { nodesOfPath } from "@/graph/cause";
import { type ColumnPath, columnPath, nodesOfColumns } from "@/graph/columns";
import { withDifference } from "@/graph/difference";
import { columnsHit, type Effect, effectsOf } from "@/graph/impact";
import { showing } from "@/graph/kinds";
import { type Graph, type GraphNode, type Neighbours, neighboursOf } from "@/graph/model";
import { around, between, type Lit, pathThrough } from "@/graph/path";
import type { LineageSearch } from "./address";
import {
  type Canvas,
  useCanvas,
  useCanvasBefore,
  useColumnPath,
  useCriticalPath,
  useDifference,
  useImpact,
} from "./questions";

const FEW_TABLES = 12;
const USUAL: readonly Layer[] = ["state", "freshness", "rows", "quality"];

/** All that the parts of the page need of the drawn graph. */
export interface Drawing {
  start: string | null;
  graph: Graph | null;
  neighbours: Neighbours;
  lit: Lit | null;
  columns: ColumnPath | null;
  effects: ReadonlyMap<string, Effect> | undefined;
  chosen: ReadonlySet<Layer>;
  styleOf: (node: GraphNode) => CardStyle;
  questions: {
    canvas: ReturnType<typeof useCanvas>;
    difference: ReturnType<typeof useDifference>;
    impact: ReturnType<typeof useImpact>;
    cause: ReturnType<typeof useCriticalPath>;
    column: ReturnType<typeof useColumnPath>;
  };
}

const NOBODY: Neighbours = { up: new Map(), down: new Map() };

/** Ask what the address asks, and make of the answers what is drawn. */
export function useDrawing(search: LineageSearch): Drawing {
  const canvas = useCanvas(search);
  const before = useCanvasBefore(search);
  const difference = useDifference(search);
  const cause = useCriticalPath(search);
  const column = useColumnPath(search);
  const impact = useImpact(search, impactColumn(search));
  const start = useMemo(() => (canvas.data ? startOf(canvas.data) : null), [canvas.data]);
  const graph = useMemo(() => {
    if (!canvas.data) return null;
    const whole = graphOf(canvas.data);
    const compared =
      search.mode === "changes" && difference.data
        ? withDifference(whole, difference.data, before.data && graphOf(before.data))
        : whole;
    return showing(compared, search.show ?? "all", start);
  }, [canvas.data, before.data, difference.data, search.mode, search.show, start]);
  const neighbours = useMemo(() => (graph ? neighboursOf(graph) : NOBODY), [graph]);
  const columns = useMemo(
    () => (search.column && column.data ? columnPath(column.data) : null),
    [search.column, column.data],
  );
  const effects = useMemo(
    () => (search.mode === "impact" && impact.data ? effectsOf(impact.data) : undefined),
    [search.mode, impact.data],
  );
  const lit = useMemo(() => {
    if (!graph) return null;
    if (search.path) return pathThrough(graph, neighbours, search.path);
    if (columns) return between(graph, withJobs(nodesOfColumns(columns), neighbours));
    if (search.mode === "impact" && effects && start)
      return between(graph, new Set([...effects.keys(), start]));
    if (search.mode === "cause" && cause.data && start)
      return between(graph, nodesOfPath(cause.data, start));
    return search.selected ? around(graph, search.selected) : null;
  }, [graph, neighbours, search, columns, effects, cause.data, start]);
  const chosen = useChosen(search, graph);
  const hit = useMemo(
    () => (search.mode === "impact" && impact.data ? columnsHit(impact.data) : undefined),
    [search.mode, impact.data],
  );
  const styleOf = useCallback(
    (node: GraphNode): CardStyle => ({
      layers: chosen,
      isWide: search.wide?.includes(node.id) ?? false,
      lit: columns?.columns.get(node.id) ?? hit?.get(node.id),
    }),
    [chosen, search.wide, columns, hit],
  );
  const questions = { canvas, difference, impact, cause, column };
  return { start, graph, neighbours, lit, columns, effects, chosen, styleOf, questions };
}

/** The column that is to change: one of the node that is asked about. */
export function impactColumn({ mode, node, column }: LineageSearch): string | null {
  if (mode !== "impact" || !node || !column) return null;
  const prefix = `${node.replace(/^dataset:/, "datasetField:")}:`;
  return column.startsWith(prefix) ? decodeURIComponent(column.slice(prefix.length)) : null;
}

function startOf(canvas: Canvas): string | null {
  const found = canvas.nodes.find((node) => node.id === canvas.start);
  if (!found || found.kind === "group") return null;
  return nodeId(found.kind, found.namespace, found.name);
}

function withJobs(nodes: ReadonlySet<string>, neighbours: Neighbours): Set<string> {
  const found = new Set(nodes);
  for (const id of nodes) {
    for (const near of neighbours.down.get(id) ?? []) {
      const after = neighbours.down.get(near) ?? [];
      if (!nodes.has(near) && after.some((one) => nodes.has(one))) found.add(near);
    }
  }
  return found;
}

/** The layers that were chosen; as usual columns are on when they are few or needed. */
function useChosen(
  { layers: asked, node, mode, column }: LineageSearch,
  graph: Graph | null,
): ReadonlySet<Layer> {
  const needsColumns = column !== undefined;
  const isSmall =
    graph !== null &&
    node !== undefined &&
    mode === undefined &&
    graph.nodes.filter((one) => one.kind === "dataset").length <= FEW_TABLES;
  return useMemo(() => {
    const found = new Set<Layer>(asked ?? (isSmall ? [...USUAL, "columns"] : USUAL));
    if (needsColumns) found.add("columns");
    return found;
  }, [asked, isSmall, needsColumns]);
}

/** The layers in the order of the list. */
export function inOrder(chosen: ReadonlySet<Layer>): Layer[] {
  return layers.filter((layer) => chosen.has(layer));
}
