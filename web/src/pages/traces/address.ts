type Given = Record<string, unknown>;

/** How far back a list goes. */
export const windows = ["15m", "1h", "6h", "1d", "7d", "30d"] as const;
export type Window = (typeof windows)[number];

/** Milliseconds of each. */
export const windowLength: Record<Window, number> = {
  "15m": 900_000,
  "1h": 3_600_000,
  "6h": 21_600_000,
  "1d": 86_400_000,
  "7d": 604_800_000,
  "30d": 2_592_000_000,
};

/** What the address of the traces says: which are wanted. Nothing said is anything. */
export interface TracesSearch {
  service?: string;
  operation?: string;
  attributes?: string[];
  job?: string;
  jobNamespace?: string;
  dataset?: string;
  datasetNamespace?: string;
  run?: string;
  errors?: boolean;
  window?: Window;
  minMs?: number;
  maxMs?: number;
  limit?: number;
}

const TEXTS = [
  "service",
  "operation",
  "job",
  "jobNamespace",
  "dataset",
  "datasetNamespace",
  "run",
] as const;
const MOST_TRACES = 1_000;

export function readTracesSearch(given: Given): TracesSearch {
  const found: TracesSearch = {};
  for (const key of TEXTS) {
    const text = textIn(given[key]);
    if (text) found[key] = text;
  }
  const listed = Array.isArray(given.attributes) ? given.attributes : [given.attributes];
  const attributes = listed.map(textIn).filter((one) => one?.includes(":")) as string[];
  if (attributes.length) found.attributes = attributes;
  if (given.errors === true || given.errors === "true") found.errors = true;
  const window = windows.find((one) => one === given.window);
  if (window) found.window = window;
  const [minMs, maxMs, limit] = [given.minMs, given.maxMs, given.limit].map(numberIn);
  if (minMs !== undefined) found.minMs = minMs;
  if (maxMs !== undefined) found.maxMs = maxMs;
  if (limit) found.limit = Math.min(MOST_TRACES, Math.ceil(limit));
  return found;
}

/** What the address of a trace says: which, the span that is shown, what is sought, the zoom. */
export interface TraceSearch {
  id: string;
  span?: string;
  words?: string;
  from?: number;
  to?: number;
  order?: "errors";
  path?: boolean;
}

export function readTraceSearch(given: Given): TraceSearch {
  const found: TraceSearch = { id: textIn(given.id) ?? "" };
  const span = textIn(given.span);
  if (span) found.span = span;
  const words = textIn(given.words);
  if (words) found.words = words;
  const [from, to] = [numberIn(given.from), numberIn(given.to)];
  if (from !== undefined && to !== undefined && from < to) Object.assign(found, { from, to });
  if (given.order === "errors") found.order = "errors";
  if (given.path === true || given.path === "true") found.path = true;
  return found;
}

/** What the address of the map says: how far back calls are counted; a day if it does not. */
export interface MapSearch {
  window?: Window;
}

export function readMapSearch(given: Given): MapSearch {
  const window = windows.find((one) => one === given.window);
  return window ? { window } : {};
}

/** Ids of digits alone come as numbers. */
function textIn(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

function numberIn(value: unknown): number | undefined {
  const number = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) && number >= 0 ? number : undefined;
}
