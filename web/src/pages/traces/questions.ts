import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { answerOf, client } from "@/api/client";
import type { components } from "@/api/schema";
import { type TracesSearch, type Window, windowLength } from "./address";

type Schemas = components["schemas"];
export type FoundTrace = Schemas["FoundTrace"];
export type FoundTraces = Schemas["FoundTraces"];
export type Outline = Schemas["TraceOutline"];
export type RunOfSpan = Schemas["RunOfSpan"];
export type SpanPage = Schemas["SpanPage"];
export type ServiceMap = Schemas["ServiceMap"];

export const USUAL_TRACES = 100;

function sinceOf(window: Window | undefined): { since?: string } {
  return window ? { since: new Date(Date.now() - windowLength[window]).toISOString() } : {};
}

/** The traces that the address asks for; the ones before stay until the new ones are there. */
export function useTraces(wanted: TracesSearch) {
  return useQuery({
    queryKey: ["telemetry", "traces", wanted],
    queryFn: ({ signal }) => answerOf((s) => ask(wanted, s), signal),
    placeholderData: keepPreviousData,
  });
}

function ask(wanted: TracesSearch, signal: AbortSignal) {
  const query = {
    ...(wanted.service && { service: wanted.service }),
    ...(wanted.operation && { operation: wanted.operation }),
    ...(wanted.attributes && { attribute: wanted.attributes }),
    ...(wanted.run && { run: wanted.run }),
    ...(wanted.job && { job: wanted.job }),
    ...(wanted.jobNamespace && { job_namespace: wanted.jobNamespace }),
    ...(wanted.dataset && { dataset: wanted.dataset }),
    ...(wanted.datasetNamespace && { dataset_namespace: wanted.datasetNamespace }),
    ...(wanted.errors && { errors: true }),
    ...(wanted.minMs !== undefined && { min_ms: wanted.minMs }),
    ...(wanted.maxMs !== undefined && { max_ms: wanted.maxMs }),
    ...sinceOf(wanted.window),
    limit: wanted.limit ?? USUAL_TRACES,
  };
  return client.GET("/api/v2/trace-search", { params: { query }, signal });
}

/** All spans of a trace, without what only the page of one span shows. */
export function useOutline(id: string) {
  return useQuery({
    queryKey: ["telemetry", "trace", id],
    queryFn: ({ signal }) =>
      answerOf(
        (s) =>
          client.GET("/api/v2/traces/{trace_id}/outline", {
            params: { path: { trace_id: id } },
            signal: s,
          }),
        signal,
      ),
  });
}

/** A span with its attributes, events, links and logs. */
export function useSpan(trace: string, span: string) {
  return useQuery({
    queryKey: ["telemetry", "trace", trace, "span", span],
    queryFn: ({ signal }) =>
      answerOf(
        (s) =>
          client.GET("/api/v2/traces/{trace_id}/spans/{span_id}", {
            params: { path: { trace_id: trace, span_id: span } },
            signal: s,
          }),
        signal,
      ),
  });
}

/** The ids of the spans of a trace that have a text in an attribute. */
export function useSpansWith(trace: string, text: string) {
  return useQuery({
    queryKey: ["telemetry", "trace", trace, "matches", text],
    queryFn: ({ signal }) =>
      answerOf(
        (s) =>
          client.GET("/api/v2/traces/{trace_id}/matches", {
            params: { path: { trace_id: trace }, query: { text } },
            signal: s,
          }),
        signal,
      ),
    enabled: text !== "",
  });
}

/** Who calls whom. */
export function useServiceMap(window: Window) {
  return useQuery({
    queryKey: ["telemetry", "map", window],
    queryFn: ({ signal }) =>
      answerOf(
        (s) => client.GET("/api/v2/service-map", { params: { query: sinceOf(window) }, signal: s }),
        signal,
      ),
    placeholderData: keepPreviousData,
  });
}
