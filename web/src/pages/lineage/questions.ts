import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { answerOf, client } from "@/api/client";
import type { components } from "@/api/schema";
import { type LineageSearch, MOST_DEPTH } from "./address";

export type Canvas = components["schemas"]["LineageCanvas"];

const BAND = 20;
const WIDE_BAND = 100;
const FAR = 20;

/** What the server is asked to draw. */
export function canvasQuery(search: LineageSearch) {
  const { node, mode } = search;
  const isFar = node !== undefined && (mode === "impact" || mode === "cause");
  return {
    ...(node && { node }),
    direction: direction(search),
    depth: isFar ? FAR : stepsOf(search),
    band: isFar ? WIDE_BAND : BAND,
    ...(node && !isFar && search.open && { open: search.open }),
    ...(search.at && { asOf: search.at }),
    ...(search.group && { collapse: search.group }),
    ...(search.budget && { budget: search.budget }),
  };
}

function direction({ mode, direction }: LineageSearch): "up" | "down" | "both" {
  if (mode === "impact") return "down";
  return mode === "cause" ? "up" : (direction ?? "both");
}

function stepsOf({ depth = 1 }: LineageSearch): number {
  return depth >= MOST_DEPTH ? 1_000 : depth;
}

/** The graph with all that its cards show: one question, however many cards. */
export function useCanvas(search: LineageSearch) {
  return useQuery({ ...canvasOptions(search), placeholderData: keepPreviousData });
}

/** The graph at the earlier time of a comparison: it has the cards of what went since. */
export function useCanvasBefore(search: LineageSearch) {
  const { node, mode, since } = search;
  const isAsked = mode === "changes" && node !== undefined && since !== undefined;
  return useQuery({
    ...canvasOptions({ ...search, ...(since && { at: since }) }),
    enabled: isAsked,
  });
}

function canvasOptions(search: LineageSearch) {
  const query = canvasQuery(search);
  return queryOptions({
    queryKey: ["lineage", "canvas", query],
    queryFn: ({ signal }) =>
      answerOf(
        (s) => client.GET("/api/v2/lineage/canvas", { params: { query }, signal: s }),
        signal,
      ),
  });
}

/** What came, went and changed around a node between two times. */
export function useDifference(search: LineageSearch) {
  const { node, mode, since, at } = search;
  const query = {
    node: node ?? "",
    from: since ?? "",
    ...(at && { to: at }),
    direction: direction(search),
    depth: stepsOf(search),
  };
  return useQuery({
    queryKey: ["lineage", "diff", query],
    queryFn: ({ signal }) =>
      answerOf((s) => client.GET("/api/v2/lineage/diff", { params: { query }, signal: s }), signal),
    enabled: mode === "changes" && node !== undefined && since !== undefined,
  });
}

/** What a change of a node, or of one of its columns, breaks. */
export function useImpact(search: LineageSearch, column: string | null) {
  const query = { node: search.node ?? "", ...(column !== null && { column: [column] }) };
  return useQuery({
    queryKey: ["lineage", "impact", query],
    queryFn: ({ signal }) =>
      answerOf(
        (s) => client.GET("/api/v2/lineage/impact", { params: { query }, signal: s }),
        signal,
      ),
    enabled: search.mode === "impact" && search.node !== undefined,
  });
}

/** The runs that a node had to wait for. */
export function useCriticalPath({ node, mode }: LineageSearch) {
  const query = { node: node ?? "" };
  return useQuery({
    queryKey: ["lineage", "critical path", query],
    queryFn: ({ signal }) =>
      answerOf(
        (s) => client.GET("/api/v2/lineage/critical-path", { params: { query }, signal: s }),
        signal,
      ),
    enabled: mode === "cause" && node !== undefined,
  });
}

/** What a column comes from and goes to, through all jobs. */
export function useColumnPath({ column, at, mode }: LineageSearch) {
  const query = {
    node: column ?? "",
    level: "column" as const,
    direction: mode === "impact" ? ("down" as const) : ("both" as const),
    depth: FAR,
    ...(at && { asOf: at }),
  };
  return useQuery({
    queryKey: ["lineage", "column", query],
    queryFn: ({ signal }) =>
      answerOf((s) => client.GET("/api/v2/lineage", { params: { query }, signal: s }), signal),
    enabled: column !== undefined,
  });
}

/** What is called like that anywhere. */
export function useFound(words: string) {
  const query = { q: words, limit: 10 };
  return useQuery({
    queryKey: ["lineage", "search", query],
    queryFn: ({ signal }) =>
      answerOf((s) => client.GET("/api/v2/search", { params: { query }, signal: s }), signal),
    enabled: words.trim().length > 0,
    placeholderData: keepPreviousData,
  });
}
