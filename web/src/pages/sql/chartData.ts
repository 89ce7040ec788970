import type { Along, Series } from "@/ui/chart/data";
import { isNumeric, type ValueColumn, valueText } from "@/ui/values";

export const MOST_POINTS = 5_000;
const TIMES = /^(TIMESTAMP.*|DATE)$/i;

/** The columns that a chart of an answer shows: one along the bottom, one upwards. */
export interface Axes {
  x: number;
  y: number;
}

/** The axes that are asked for by name, or those that are likely meant; nothing without numbers. */
export function axesOf(
  columns: readonly ValueColumn[],
  asked: { x?: string | undefined; y?: string | undefined },
): Axes | undefined {
  const named = (name: string | undefined) => columns.findIndex((one) => one.name === name);
  const numbers = columns.flatMap((one, at) => (isNumeric(one.type) ? [at] : []));
  const askedY = named(asked.y);
  const others = columns.flatMap((one, at) => (isNumeric(one.type) ? [] : [at]));
  const time = columns.findIndex((one) => TIMES.test(one.type));
  const likely = time >= 0 ? time : (others[0] ?? numbers[0]);
  const askedX = named(asked.x);
  const x = askedX >= 0 ? askedX : likely;
  const y = askedY >= 0 ? askedY : (numbers.find((at) => at !== x) ?? numbers[0]);
  return x === undefined || y === undefined ? undefined : { x, y };
}

/** What a chart draws of two columns of values, ordered where the bottom has an order. */
export function chartOf(
  columns: readonly ValueColumn[],
  { x, y }: Axes,
  points: readonly (readonly unknown[])[],
): { along: Along; series: Series[]; isLine: boolean } {
  const [places = [], heights = []] = points;
  const type = columns[x]?.type ?? "";
  const kind = TIMES.test(type) ? "time" : isNumeric(type) ? "number" : "category";
  const pairs = places.map((place, at) => ({ place, height: numberOf(heights[at]) }));
  const known = kind === "category" ? pairs : pairs.filter(({ place }) => place !== null);
  if (kind === "time") {
    known.sort((one, other) => valueText(one.place).localeCompare(valueText(other.place)));
  } else if (kind === "number") known.sort((a, b) => Number(a.place) - Number(b.place));
  const values = known.map(({ place }) => place);
  const along: Along =
    kind === "number"
      ? { kind, values: values.map(Number) }
      : { kind, values: values.map(valueText) };
  const name = columns[y]?.name ?? "";
  return {
    along,
    series: [{ name, values: known.map(({ height }) => height) }],
    isLine: kind !== "category",
  };
}

function numberOf(value: unknown): number | null {
  if (value === null || value === undefined || value === "") return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}
