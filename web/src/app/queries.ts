import { QueryClient } from "@tanstack/react-query";
import { Problem } from "@/api/problem";

const FRESH_MILLISECONDS = 30_000;
const MOST_RETRIES = 2;

/** The questions of all pages; what fails for a reason that stays is not asked again by itself. */
export function createQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: FRESH_MILLISECONDS,
        refetchOnWindowFocus: false,
        retry: (failures, error) =>
          failures < MOST_RETRIES &&
          error instanceof Problem &&
          (error.isOffline || error.status === 503),
        retryDelay: (failures) => 500 * 2 ** failures,
      },
    },
  });
}
