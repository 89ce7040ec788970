import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { answerOf, client } from "@/api/client";
import { givenOf } from "@/api/given";
import type { components } from "@/api/schema";
import type { JobsSearch } from "./address";

export type JobLine = components["schemas"]["ListedJob"];
export type Job = components["schemas"]["WholeJob"];
export type JobVersion = components["schemas"]["JobVersionLine"];
export type Pipeline = components["schemas"]["PipelineShape"];

const PAGE = 50;

/** A page of the jobs of all producers, each with the trend of its runs. */
export function useJobs(search: JobsSearch) {
  const { namespace, words, after, state } = search;
  const query = givenOf({ namespace, words, after, state, limit: PAGE });
  return useQuery({
    queryKey: ["lineage", "jobs", search],
    queryFn: ({ signal }) =>
      answerOf(
        (s) =>
          client.GET("/api/v2/lineage/jobs", {
            params: { query },
            signal: s,
          }),
        signal,
      ),
    placeholderData: keepPreviousData,
  });
}

/** One job with its latest runs. */
export function useJob(namespace: string, name: string) {
  return useQuery({
    queryKey: ["lineage", "job", namespace, name],
    queryFn: ({ signal }) =>
      answerOf(
        (s) =>
          client.GET("/api/v2/lineage/job", { params: { query: { namespace, name } }, signal: s }),
        signal,
      ),
  });
}

/** Which runs led to what the job made last, and where the time went. */
export function useCriticalPath(node: string) {
  return useQuery({
    queryKey: ["lineage", "critical-path", node],
    queryFn: ({ signal }) =>
      answerOf(
        (s) =>
          client.GET("/api/v2/lineage/critical-path", { params: { query: { node } }, signal: s }),
        signal,
      ),
  });
}

/** The jobs that this server runs when it is asked to. */
export function useLakeJobs(isWanted: boolean) {
  return useQuery({
    queryKey: ["tables", "jobs"],
    queryFn: ({ signal }) => answerOf((s) => client.GET("/api/v2/jobs", { signal: s }), signal),
    enabled: isWanted,
  });
}

/** The pipelines that can be started, with their parameters. */
export function usePipelines(isWanted: boolean) {
  return useQuery({
    queryKey: ["pipelines"],
    queryFn: ({ signal }) => answerOf((s) => client.GET("/api/v1/pipeline", { signal: s }), signal),
    enabled: isWanted,
  });
}

/** Ask for a run of a job of the lake. */
export function useRunJob() {
  return useMutation({
    mutationFn: (job: string) =>
      answerOf((signal) =>
        client.POST("/api/v2/jobs/{job}/runs", { params: { path: { job } }, signal }),
      ),
  });
}

/** Start a run of a pipeline. */
export function useStartPipeline() {
  return useMutation({
    mutationFn: (asked: { pipeline: string; parameters: Record<string, unknown> }) =>
      answerOf((signal) => client.POST("/api/v1/pipeline/run", { body: asked, signal })),
  });
}
