import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { answerOf, client } from "@/api/client";
import type { components } from "@/api/schema";

type Shapes = components["schemas"];
export type Overview = Shapes["OverviewShape"];
export type FindingLine = Shapes["OverviewFinding"];
export type Changes = Shapes["OverviewChanges"];
export type FreshnessLine = Shapes["TableFreshness"];
export type QualityLine = Shapes["TestedDataset"];
export type ColumnChange = Shapes["ChangedColumn"];

/** How the lake is, and what changed in it over some hours. */
export function useOverview(hours: number) {
  return useQuery({
    queryKey: [["lineage", "records", "tables"], "overview", hours],
    queryFn: ({ signal }) =>
      answerOf(
        (s) => client.GET("/api/v2/overview", { params: { query: { hours } }, signal: s }),
        signal,
      ),
    placeholderData: keepPreviousData,
  });
}
