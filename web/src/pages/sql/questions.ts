import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { answerOf, client } from "@/api/client";
import type { components } from "@/api/schema";
import type { CodeCatalogue } from "@/ui/CodeEditor";

export type SqlCatalogue = components["schemas"]["SqlCatalogue"];
export type SqlTable = components["schemas"]["SqlTable"];
export type UsedStatement = components["schemas"]["UsedStatement"];

const MOST_USED = 200;
export const USAGE_KEY = ["sql", "usage"] as const;

/** The tables that a statement can read with their columns, and what limits it has. */
export function useSqlCatalogue() {
  return useQuery({
    queryKey: ["tables", "sql catalogue"],
    queryFn: ({ signal }) =>
      answerOf((s) => client.GET("/api/v2/sql/catalogue", { signal: s }), signal),
  });
}

/** The functions that a statement can call; they change with the version of the server alone. */
function useFunctions() {
  return useQuery({
    queryKey: ["functions"],
    queryFn: ({ signal }) =>
      answerOf((s) => client.GET("/api/v2/sql/functions", { signal: s }), signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** The statements that were asked last, of everybody. */
export function useUsage() {
  return useQuery({
    queryKey: USAGE_KEY,
    queryFn: ({ signal }) =>
      answerOf(
        (s) => client.GET("/api/v2/usage", { params: { query: { limit: MOST_USED } }, signal: s }),
        signal,
      ),
  });
}

/** What completion offers. */
export function useCompletion(catalogue: SqlCatalogue | undefined): CodeCatalogue {
  const functions = useFunctions().data;
  return useMemo(
    () => ({
      tables: (catalogue?.tables ?? []).map(({ table, columns }) => ({ name: table, columns })),
      functions: (functions?.functions ?? []).map(({ name, signature, description }) => ({
        name,
        signature,
        about: description,
      })),
    }),
    [catalogue, functions],
  );
}
