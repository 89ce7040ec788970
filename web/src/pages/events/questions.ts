import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answerOf, client } from "@/api/client";
import { sendText } from "@/api/raw";
import type { components } from "@/api/schema";
import { type EventsSearch, TYPES } from "./address";

type Shapes = components["schemas"];
export type EventLine = Shapes["EventLineShape"];
export type EventDetail = Shapes["EventDetail"];
export type Finding = Shapes["EventFinding"];
export type Producer = Shapes["ProducerShape"];
export type Mistake = Shapes["FindingKindShape"];
export type RefusedLine = Shapes["RefusedLine"];
export type RefusedDetail = Shapes["RefusedDetail"];
export type Level = Finding["severity"];

/** A page of the log. */
export function useEvents(search: EventsSearch) {
  const { what, job, producer, since, until, order = "newest", after } = search;
  const type = TYPES.find((one) => one === what);
  const kind = what === "job" || what === "dataset" || what === "command" ? what : undefined;
  return useQuery({
    queryKey: ["lineage", "events", search],
    queryFn: ({ signal }) =>
      answerOf(
        (s) =>
          client.GET("/api/v2/events/page", {
            params: {
              query: {
                order,
                ...(type && { type }),
                ...(kind && { kind }),
                ...(job && { job }),
                ...(producer && { producer }),
                ...(since && { since }),
                ...(until && { until }),
                ...(after !== undefined && { after }),
              },
            },
            signal: s,
          }),
        signal,
      ),
    placeholderData: keepPreviousData,
  });
}

/** One event with what is off in it; it never changes. */
export function useEvent(sequence: number) {
  return useQuery({
    queryKey: ["event", sequence],
    queryFn: ({ signal }) =>
      answerOf(
        (s) => client.GET("/api/v2/events/entry", { params: { query: { sequence } }, signal: s }),
        signal,
      ),
  });
}

/** What each producer sends wrongly. */
export function useConformance(level: Level) {
  return useQuery({
    queryKey: ["lineage", "conformance", level],
    queryFn: ({ signal }) =>
      answerOf(
        (s) => client.GET("/api/v2/conformance", { params: { query: { level } }, signal: s }),
        signal,
      ),
    placeholderData: keepPreviousData,
  });
}

const REFUSED_AT_ONCE = 50;

/** A page of refused events. */
export function useRefusedEvents(after?: string) {
  return useQuery({
    queryKey: ["lineage", "refused", after],
    queryFn: ({ signal }) =>
      answerOf(
        (s) =>
          client.GET("/api/v2/dead-letters", {
            params: { query: { limit: REFUSED_AT_ONCE, ...(after && { after }) } },
            signal: s,
          }),
        signal,
      ),
    placeholderData: keepPreviousData,
  });
}

/** One refused event with its body. */
export function useRefusedEvent(key: string) {
  return useQuery({
    queryKey: ["refused-event", key],
    queryFn: ({ signal }) =>
      answerOf(
        (s) => client.GET("/api/v2/dead-letters/record", { params: { query: { key } }, signal: s }),
        signal,
      ),
  });
}

function useLineageChanged() {
  const queries = useQueryClient();
  return () =>
    queries.invalidateQueries({
      predicate: ({ queryKey: [about] }) =>
        about === "lineage" || (Array.isArray(about) && about.includes("lineage")),
    });
}

/** Send a refused event in again, with another body if there is one. */
export function useReplayRefused() {
  const onSuccess = useLineageChanged();
  return useMutation({
    mutationFn: ({ key, body }: { key: string; body?: string }) =>
      body === undefined
        ? answerOf((signal) =>
            client.POST("/api/v2/dead-letters/replay", { params: { query: { key } }, signal }),
          )
        : sendText<Shapes["RefusedSent"]>("/api/v2/dead-letters/fix", { key }, body),
    onSuccess,
  });
}

/** Send all refused events in again as they are. */
export function useReplayAllRefused() {
  const onSuccess = useLineageChanged();
  return useMutation({
    mutationFn: async () => {
      let [accepted, rejected] = [0, 0];
      let after: string | null | undefined;
      do {
        const page: Shapes["RefusedSentAll"] = await answerOf((signal) =>
          client.POST("/api/v2/dead-letters/replay-all", {
            params: { query: after ? { after } : {} },
            signal,
          }),
        );
        accepted += page.accepted;
        rejected += page.rejected;
        after = page.next;
      } while (after);
      return { accepted, rejected };
    },
    onSuccess,
  });
}

/** Remove a refused event for good. */
export function useRemoveRefused() {
  const onSuccess = useLineageChanged();
  return useMutation({
    mutationFn: (key: string) =>
      answerOf((signal) =>
        client.DELETE("/api/v2/dead-letters", { params: { query: { key } }, signal }),
      ),
    onSuccess,
  });
}
