export const SQL_VIEWS = ["rows", "chart"] as const;

export type SqlView = (typeof SQL_VIEWS)[number];

/** What the address of the SQL page says: a statement to run, of when, and how it is shown. */
export interface SqlSearch {
  statement?: string;
  asOf?: string;
  view?: SqlView;
  x?: string;
  y?: string;
}

/** A longer statement is run, but not written into the address, which servers and proxies cut. */
export const MOST_SHARED = 6_000;

export function readSqlSearch(given: Record<string, unknown>): SqlSearch {
  const view = SQL_VIEWS.find((one) => one === given.view);
  const [statement, asOf, x, y] = [given.statement, given.asOf, given.x, given.y].map(textOf);
  return {
    ...(statement && { statement }),
    ...(asOf && { asOf }),
    ...(view && { view }),
    ...(x && { x }),
    ...(y && { y }),
  };
}

/** A word of the address; the router reads one of digits alone as a number. */
function textOf(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}
