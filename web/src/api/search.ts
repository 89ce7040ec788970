import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { answerOf, client } from "./client";
import type { components } from "./schema";

export type SearchHit = components["schemas"]["SearchHit"];
export type EntityKind = SearchHit["kind"];

/** What is sought; the server wants a word, or something to list by. */
export interface Sought {
  words: string;
  kind?: EntityKind | undefined;
  namespace?: string | undefined;
  tag?: string | undefined;
  owner?: string | undefined;
}

const PAGE_HITS = 25;
const HAS_WORD = /[\p{L}\p{N}]/u;

/** Whether there is anything to ask the server for. */
export function isSearch(sought: Sought): boolean {
  const lists = sought.namespace ?? sought.tag ?? sought.owner;
  return HAS_WORD.test(sought.words) || (sought.words.trim() === "" && lists !== undefined);
}

function ask(sought: Sought, limit: number, after: string | undefined, signal: AbortSignal) {
  const { words, kind, namespace, tag, owner } = sought;
  const query = {
    q: words,
    ...(kind && { kind }),
    ...(namespace && { namespace }),
    ...(tag && { tag }),
    ...(owner && { owner }),
    ...(after && { after }),
    limit,
  };
  return client.GET("/api/v2/search", { params: { query }, signal });
}

/** The best few hits, while somebody types: an older question that still runs is given up. */
export function useBestHits(sought: Sought, limit: number) {
  return useQuery({
    queryKey: ["lineage", "search", "best", sought, limit],
    queryFn: ({ signal }) => answerOf((s) => ask(sought, limit, undefined, s), signal),
    enabled: isSearch(sought),
    placeholderData: keepPreviousData,
  });
}

/** All hits, page by page. */
export function useHits(sought: Sought) {
  return useInfiniteQuery({
    queryKey: ["lineage", "search", "all", sought],
    queryFn: ({ signal, pageParam }) =>
      answerOf((s) => ask(sought, PAGE_HITS, pageParam, s), signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    enabled: isSearch(sought),
    placeholderData: keepPreviousData,
  });
}
