import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answerOf, client } from "@/api/client";
import { givenOf } from "@/api/given";
import type { components } from "@/api/schema";
import { type RunsSearch, spanAsked } from "./address";

export type RunLine = components["schemas"]["ListedRun"];
export type Run = components["schemas"]["WholeRun"];
export type RunUse = components["schemas"]["RunUse"];
export type RunTelemetry = components["schemas"]["RunTelemetry"];
export type RunComparison = components["schemas"]["RunComparison"];

const PAGE = 100;
const LOGS = 200;

/** A page of runs, the newest first. */
export function useRuns(search: RunsSearch) {
  const { words, namespace, job, after, state, window, since, until } = search;
  const query = { words, namespace, job, after, state };
  return useQuery({
    queryKey: ["lineage", "runs", query, window, since, until],
    queryFn: ({ signal }) =>
      answerOf(
        (s) =>
          client.GET("/api/v2/runs", {
            params: {
              query: givenOf({
                ...query,
                ...spanAsked({ window, since, until }, Date.now()),
                limit: PAGE,
              }),
            },
            signal: s,
          }),
        signal,
      ),
    placeholderData: keepPreviousData,
  });
}

interface RunName {
  id: string;
  namespace?: string | undefined;
  job?: string | undefined;
}

/** All that lineage knows of a run. */
export function useRun({ id, namespace, job }: RunName) {
  return useQuery({
    queryKey: ["lineage", "run", id, namespace, job],
    queryFn: ({ signal }) =>
      answerOf(
        (s) =>
          client.GET("/api/v2/runs/{run_id}", {
            params: { path: { run_id: id }, query: givenOf({ namespace, job }) },
            signal: s,
          }),
        signal,
      ),
  });
}

/** Traces, stages, the slowest span and the errors of a run. */
export function useRunTelemetry(run: Pick<Run, "id" | "job">) {
  const { id } = run;
  const { namespace, name: job } = run.job;
  return useQuery({
    queryKey: ["telemetry", "run", id, namespace, job],
    queryFn: ({ signal }) =>
      answerOf(
        (s) =>
          client.GET("/api/v2/runs/{run_id}/telemetry", {
            params: { path: { run_id: id }, query: givenOf({ namespace, job }) },
            signal: s,
          }),
        signal,
      ),
  });
}

/** What a run logged, the latest first. */
export function useRunLogs(id: string, severity: string | undefined) {
  return useQuery({
    queryKey: ["telemetry", "logs", id, severity],
    queryFn: ({ signal }) =>
      answerOf(
        (s) =>
          client.GET("/api/v2/logs", {
            params: { query: givenOf({ run: id, severity, limit: LOGS }) },
            signal: s,
          }),
        signal,
      ),
    placeholderData: keepPreviousData,
  });
}

/** Two runs of a job side by side. */
export function useComparison(before: string, after: string | undefined) {
  return useQuery({
    queryKey: ["lineage", "comparison", before, after],
    queryFn: ({ signal }) =>
      answerOf(
        (s) =>
          client.GET("/api/v2/runs/{run_id}/comparison", {
            params: { path: { run_id: before }, query: { to: after ?? "" } },
            signal: s,
          }),
        signal,
      ),
    enabled: after !== undefined,
  });
}

/** A run of a pipeline of this server: its parameters, its stages, who started it. */
export function usePipelineRun(id: string, isWanted: boolean) {
  return useQuery({
    queryKey: ["lineage", "pipeline run", id],
    queryFn: ({ signal }) =>
      answerOf(
        (s) =>
          client.GET("/api/v1/pipeline/run/{run_id}", {
            params: { path: { run_id: id } },
            signal: s,
          }),
        signal,
      ),
    enabled: isWanted,
  });
}

/** Stop a run of a pipeline before its next stage. */
export function useCancel(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () =>
      answerOf((signal) =>
        client.POST("/api/v1/pipeline/run/{run_id}/cancel", {
          params: { path: { run_id: id } },
          signal,
        }),
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: ["lineage"] }),
  });
}
