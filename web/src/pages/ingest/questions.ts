import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answerOf, client } from "@/api/client";
import { sendText } from "@/api/raw";
import type { components } from "@/api/schema";
import type { QuarantineSearch } from "./address";

type Shapes = components["schemas"];
export type SourceLine = Shapes["SourceLine"];
export type SourceDetail = Shapes["SourceDetail"];
export type SchemaVersion = Shapes["SchemaVersionShape"];
export type Segment = Shapes["SegmentLine"];
export type Reason = Shapes["QuarantineReason"];
export type Quarantined = Shapes["QuarantinedLine"];
export type RecordRate = Shapes["RecordRate"];

/** What the door answers to records. */
export interface Admission {
  accepted: number;
  rejected: number;
  ids: (string | null)[];
  errors: { index: number; path: string; reason: string }[];
}

/** Every source with its counts. */
export function useSources() {
  return useQuery({
    queryKey: [["records", "tables"], "sources"],
    queryFn: ({ signal }) => answerOf((s) => client.GET("/api/v2/sources", { signal: s }), signal),
  });
}

/** One source with its schemas and segments. */
export function useSource(name: string) {
  return useQuery({
    queryKey: [["records", "tables"], "source", name],
    queryFn: ({ signal }) =>
      answerOf(
        (s) => client.GET("/api/v2/sources/source", { params: { query: { name } }, signal: s }),
        signal,
      ),
  });
}

/** How fast records came in the last hour, of a source or of all. */
export function useRate(name?: string) {
  return useQuery({
    queryKey: ["records", "rate", name],
    queryFn: ({ signal }) =>
      answerOf(
        (s) =>
          client.GET("/api/v2/sources/rate", {
            params: { query: { ...(name && { name }), minutes: 60 } },
            signal: s,
          }),
        signal,
      ),
  });
}

/** Why records wait in quarantine. */
export function useReasons(source?: string) {
  return useQuery({
    queryKey: ["records", "reasons", source],
    queryFn: ({ signal }) =>
      answerOf(
        (s) =>
          client.GET("/api/v2/quarantine/reasons", {
            params: { query: source ? { source } : {} },
            signal: s,
          }),
        signal,
      ),
  });
}

const RECORDS_AT_ONCE = 50;

/** A page of the records that wait. */
export function useWaiting({ source, reason, after }: QuarantineSearch) {
  return useQuery({
    queryKey: ["records", "waiting", source, reason, after],
    queryFn: ({ signal }) =>
      answerOf(
        (s) =>
          client.GET("/api/v2/quarantine", {
            params: {
              query: {
                limit: RECORDS_AT_ONCE,
                ...(source && { source }),
                ...(reason && { reason }),
                ...(after && { after }),
              },
            },
            signal: s,
          }),
        signal,
      ),
    placeholderData: keepPreviousData,
  });
}

/** One record that waits, or waited. */
export function useQuarantined(key: string) {
  return useQuery({
    queryKey: ["records", "quarantined", key],
    queryFn: ({ signal }) =>
      answerOf(
        (s) => client.GET("/api/v2/quarantine/record", { params: { query: { key } }, signal: s }),
        signal,
      ),
  });
}

function useRecordsChanged() {
  const queries = useQueryClient();
  return () =>
    queries.invalidateQueries({
      predicate: ({ queryKey: [about] }) =>
        about === "records" || (Array.isArray(about) && about.includes("records")),
    });
}

/** Send a quarantined record in again, with other data if there is one. */
export function useReplay() {
  const onSuccess = useRecordsChanged();
  return useMutation({
    mutationFn: ({ key, data }: { key: string; data?: string }) =>
      data === undefined
        ? answerOf((signal) =>
            client.POST("/api/v2/quarantine/replay", { params: { query: { key } }, signal }),
          )
        : sendText<Shapes["RecordSent"]>("/api/v2/quarantine/fix", { key }, data),
    onSuccess,
  });
}

/** Send all records in again that wait, or those that wait for one reason. */
export function useReplayAll() {
  const onSuccess = useRecordsChanged();
  return useMutation({
    mutationFn: async (which: { source?: string | undefined; reason?: string | undefined }) => {
      let [accepted, rejected] = [0, 0];
      let after: string | null = "";
      while (after !== null) {
        const page: Shapes["RecordsSent"] = await answerOf((signal) =>
          client.POST("/api/v2/quarantine/replay-all", {
            params: {
              query: {
                after: after ?? "",
                ...(which.source && { source: which.source }),
                ...(which.reason && { reason: which.reason }),
              },
            },
            signal,
          }),
        );
        accepted += page.accepted;
        rejected += page.rejected;
        after = page.next;
      }
      return { accepted, rejected };
    },
    onSuccess,
  });
}

/** Send records to a source. */
export function useSend() {
  const onSuccess = useRecordsChanged();
  return useMutation({
    mutationFn: ({ source, text }: { source: string; text: string }) =>
      sendText<Admission>(`/ingest/${encodeURIComponent(source)}`, {}, text),
    onSuccess,
  });
}

/** Register a version of a schema. */
export function useRegister(source: string) {
  const onSuccess = useRecordsChanged();
  return useMutation({
    mutationFn: (text: string) => sendText<SchemaVersion>("/api/v2/schemas", { source }, text),
    onSuccess,
  });
}

/** Seal what waits in the log. */
export function useSeal() {
  const onSuccess = useRecordsChanged();
  return useMutation({
    mutationFn: () => answerOf((signal) => client.POST("/api/v2/seal", { signal })),
    onSuccess,
  });
}
