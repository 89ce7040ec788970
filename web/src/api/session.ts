import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answerOf, client } from "./client";
import type { components } from "./schema";

export type Session = components["schemas"]["Session"];

const KEY = ["session"] as const;

/** Who is asking; a Problem with status 401 where the server wants a token. */
export function useSession() {
  return useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => answerOf((s) => client.GET("/api/v2/session", { signal: s }), signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Give the server a token, which it keeps in a cookie that no script can read. */
export function useSignIn() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (token: string) =>
      answerOf((signal) => client.POST("/api/v2/session", { body: { token }, signal })),
    onSuccess: (session) => queries.setQueryData(KEY, session),
  });
}

/** Make this browser forget its token and everything that it showed. */
export function useSignOut() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => answerOf((signal) => client.DELETE("/api/v2/session", { signal })),
    onSuccess: () => queries.resetQueries(),
  });
}
