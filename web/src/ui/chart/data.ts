import { texts } from "@/texts";
import { momentOf } from "../time";

/** What stands along the bottom of a chart. */
export type Along =
  | { kind: "time"; values: readonly string[] }
  | { kind: "number"; values: readonly number[] }
  | { kind: "category"; values: readonly string[] };

/** A line or a row of bars: a value for each place along the bottom, null where none is known. */
export interface Series {
  name: string;
  values: readonly (number | null)[];
  /** A token of the theme without `--hw-`, where the colour says something: `bad`, `good`. */
  colour?: string;
}

export type ChartKind = "line" | "bar";

const SERIES_COLOURS = 6;

/** The token of the colour of a series: its own, or the next of the six. */
export function colourOf(series: Series, place: number): string {
  return series.colour ?? `series-${(place % SERIES_COLOURS) + 1}`;
}

/** The words for a place along the bottom. */
export function placeText(along: Along, place: number): string {
  const value = along.values[place];
  if (value === undefined) return "";
  if (along.kind === "time") return momentOf(value);
  return typeof value === "number" ? texts.shared.number(value) : value;
}

/** The least, the most and the last value that are known; null if none is. */
export function extremesOf(values: readonly (number | null)[]): Extremes | null {
  const known = values.filter((value) => value !== null);
  const last = known.at(-1);
  if (last === undefined) return null;
  let [least, most] = [last, last];
  for (const value of known) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return { least, most, last };
}

interface Extremes {
  least: number;
  most: number;
  last: number;
}

/** The rows of the table that says what a chart shows, the latest first where it is of time. */
export function rowsOf(along: Along, series: readonly Series[]): TwinRow[] {
  const rows = along.values.map((value, place) => ({
    id: String(place),
    at: value,
    label: placeText(along, place),
    values: series.map((one) => one.values[place] ?? null),
  }));
  return along.kind === "time" ? rows.reverse() : rows;
}

/** A place along the bottom of a chart with what every series has there. */
export interface TwinRow {
  id: string;
  at: string | number;
  label: string;
  values: (number | null)[];
}
