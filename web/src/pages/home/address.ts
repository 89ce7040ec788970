/** How far back changes are shown, in hours. */
export const SPANS = [1, 24, 168, 720] as const;

/** What the address of the first page says: how far back to look for changes. */
export interface HomeSearch {
  hours?: (typeof SPANS)[number];
}

export function readHomeSearch(given: Record<string, unknown>): HomeSearch {
  const hours = SPANS.find((span) => span === Number(given.hours));
  return hours === undefined || hours === 24 ? {} : { hours };
}
