import { useQuery } from "@tanstack/react-query";
import { answerOf, client } from "@/api/client";
import type { components } from "@/api/schema";

export type TableLine = components["schemas"]["TableLine"];

/** Every table of the lake with its size. */
export function useTables() {
  return useQuery({
    queryKey: ["tables", "list"],
    queryFn: ({ signal }) => answerOf((s) => client.GET("/api/v2/tables", { signal: s }), signal),
  });
}
