import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answerOf, client } from "@/api/client";
import { givenOf } from "@/api/given";
import { nodeId } from "@/api/node";
import type { components } from "@/api/schema";
import type { TablesSearch } from "./address";

type Schemas = components["schemas"];
export type DatasetLine = Schemas["DatasetLine"];
export type DatasetList = Schemas["DatasetList"];
export type DatasetHead = Schemas["DatasetHead"];
export type DatasetColumn = Schemas["DatasetColumn"];
export type ColumnEnd = Schemas["ColumnEnd"];
export type Said = Schemas["Said"];
export type TableSnapshot = Schemas["TableSnapshot"];
export type SchemaVersion = Schemas["SchemaVersion"];
export type QualityCheck = Schemas["QualityCheck"];

const BOTH = ["tables", "lineage"];
const PREVIEW_ROWS = 200;
const MOST_RUNS = 100;

/** Tables of the lake and datasets of all producers. */
export function useDatasets(search: TablesSearch) {
  const { zone, namespace, words } = search;
  const query = givenOf({ zone, namespace, words });
  return useQuery({
    queryKey: [BOTH, "list", search],
    queryFn: ({ signal }) =>
      answerOf((s) => client.GET("/api/v2/datasets", { params: { query }, signal: s }), signal),
    placeholderData: keepPreviousData,
  });
}

/** Everything about one dataset but its rows and its past. */
export function useHead(namespace: string, name: string) {
  return useQuery({
    queryKey: [BOTH, "head", namespace, name],
    queryFn: ({ signal }) =>
      answerOf(
        (s) =>
          client.GET("/api/v2/datasets/head", {
            params: { query: { namespace, name } },
            signal: s,
          }),
        signal,
      ),
  });
}

/** Some rows of a table of the lake, as they are or as they were at a snapshot. */
export function usePreview(table: string, snapshot: string | undefined) {
  return useQuery({
    queryKey: ["tables", "preview", table, snapshot],
    queryFn: ({ signal }) =>
      answerOf(
        (s) =>
          client.GET("/api/v2/tables/preview", {
            params: { query: { table, limit: PREVIEW_ROWS, ...(snapshot && { as_of: snapshot }) } },
            signal: s,
          }),
        signal,
      ),
  });
}

/** The commits of a table of the lake. */
export function useSnapshots(table: string, isAsked = true) {
  return useQuery({
    queryKey: ["tables", "snapshots", table],
    queryFn: ({ signal }) =>
      answerOf(
        (s) => client.GET("/api/v2/tables/snapshots", { params: { query: { table } }, signal: s }),
        signal,
      ),
    enabled: isAsked,
  });
}

/** How the columns changed, as events tell it, with who felt it. */
export function useSchemaHistory(namespace: string, name: string) {
  return useQuery({
    queryKey: ["lineage", "schema history", namespace, name],
    queryFn: ({ signal }) =>
      answerOf(
        (s) =>
          client.GET("/api/v2/lineage/schema-history", {
            params: { query: { node: nodeId("dataset", namespace, name) } },
            signal: s,
          }),
        signal,
      ),
  });
}

/** How the columns of a table of the lake changed, as its own metadata tell it. */
export function useLakeSchemaHistory(table: string) {
  return useQuery({
    queryKey: ["tables", "schema history", table],
    queryFn: ({ signal }) =>
      answerOf(
        (s) =>
          client.GET("/api/v2/tables/schema-history", { params: { query: { table } }, signal: s }),
        signal,
      ),
  });
}

/** The runs that read or wrote a dataset, with what each measured and tested. */
export function useRuns(namespace: string, name: string) {
  return useQuery({
    queryKey: ["lineage", "quality", namespace, name],
    queryFn: ({ signal }) =>
      answerOf(
        (s) =>
          client.GET("/api/v2/quality", {
            params: { query: { namespace, name, every: true, limit: MOST_RUNS } },
            signal: s,
          }),
        signal,
      ),
  });
}

/** What a person says of a dataset or takes back. */
export type Word =
  | { kind: "tag" | "owner"; value: string; isGone?: boolean }
  | { kind: "description"; value: string };

/** Say something of a dataset; what people say counts before what events say. */
export function useSay(namespace: string, name: string) {
  const queries = useQueryClient();
  const node = nodeId("dataset", namespace, name);
  return useMutation({
    mutationFn: (word: Word) => answerOf((signal) => say(node, word, signal)),
    onSuccess: () => queries.invalidateQueries({ queryKey: [BOTH] }),
  });
}

function say(node: string, word: Word, signal: AbortSignal) {
  if (word.kind === "description") {
    const params = { query: { node } };
    if (word.value === "") return client.DELETE("/api/v2/entity/description", { params, signal });
    const body = { description: word.value };
    return client.PUT("/api/v2/entity/description", { params, body, signal });
  }
  if (word.kind === "tag") {
    const params = { query: { node, tag: word.value } };
    return word.isGone
      ? client.DELETE("/api/v2/entity/tags", { params, signal })
      : client.PUT("/api/v2/entity/tags", { params, signal });
  }
  const params = { query: { node, owner: word.value } };
  return word.isGone
    ? client.DELETE("/api/v2/entity/owners", { params, signal })
    : client.PUT("/api/v2/entity/owners", { params, signal });
}
