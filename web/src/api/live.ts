import type { QueryClient } from "@tanstack/react-query";
import { apiAddress } from "./place";
import { type Topic, topics } from "./topics";

const SETTLE_MILLISECONDS = 250;
const RETRY_MILLISECONDS = 5_000;

/**
 * Listen to what changes and ask again what is shown of it; returns how to stop.
 *
 * Only questions that are on the screen are asked again, and changes that come together are one.
 */
export function followChanges(queries: QueryClient, tell: (isLive: boolean) => void): () => void {
  const changed = new Set<Topic>();
  let settling: ReturnType<typeof setTimeout> | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  let stream: EventSource | undefined;
  let known: Record<string, number> | undefined;

  function note(numbers: Record<string, number>): void {
    for (const topic of topics) if (topic in numbers) changed.add(topic);
    settling ??= setTimeout(() => {
      settling = undefined;
      const now = new Set<unknown>(changed);
      changed.clear();
      void queries.invalidateQueries({
        predicate: ({ queryKey: [about] }) =>
          Array.isArray(about) ? about.some((topic) => now.has(topic)) : now.has(about),
      });
    }, SETTLE_MILLISECONDS);
  }

  function listen(): void {
    stream = new EventSource(apiAddress("/api/v2/live"));
    stream.addEventListener("hello", (event) => {
      const now = JSON.parse(event.data) as Record<string, number>;
      const before = known;
      known = now;
      if (before) note(Object.fromEntries(Object.entries(now).filter(([k, v]) => before[k] !== v)));
      tell(true);
    });
    stream.addEventListener("change", (event) => {
      const numbers = JSON.parse(event.data) as Record<string, number>;
      known = { ...known, ...numbers };
      note(numbers);
    });
    stream.addEventListener("error", () => {
      tell(false);
      stream?.close();
      again = setTimeout(listen, RETRY_MILLISECONDS);
    });
  }

  listen();
  return () => {
    stream?.close();
    clearTimeout(settling);
    clearTimeout(again);
  };
}
