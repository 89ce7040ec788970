import type { BarSeriesOption, LineSeriesOption } from "echarts/charts";
import type { GridComponentOption, TooltipComponentOption } from "echarts/components";
import type { ComposeOption } from "echarts/core";
import { momentOf } from "../time";
import { type Along, type ChartKind, colourOf, type Series } from "./data";

export type PlotOption = ComposeOption<
  BarSeriesOption | LineSeriesOption | GridComponentOption | TooltipComponentOption
>;

export interface PlotData {
  kind: ChartKind;
  along: Along;
  series: readonly Series[];
  /** The words for a value, as `1.2 kB`. */
  format: (value: number) => string;
  isStacked: boolean;
  most?: number | undefined;
  /** Whether values are counts, so that the axis has no fractions. */
  isCount: boolean;
}

/** The value of a token of the theme, by its name without `--hw-`. */
export type Colours = (token: string) => string;

/** What ECharts is to draw. Tooltips are drawn on the canvas: the page allows no inline styles. */
export function plotOption(data: PlotData, colours: Colours): PlotOption {
  const soft = colours("text-soft");
  const grid = { lineStyle: { color: colours("line") } };
  return {
    animation: false,
    textStyle: { fontFamily: colours("font"), color: soft },
    grid: { left: 4, right: 12, top: 12, bottom: 4, outerBoundsMode: "same" },
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      confine: true,
      backgroundColor: colours("surface"),
      borderColor: colours("line-strong"),
      textStyle: { color: colours("text"), fontSize: 12 },
      axisPointer: { type: data.kind === "bar" ? "shadow" : "line" },
      formatter: (given) => tooltipText(data, given),
    },
    xAxis: {
      type: axisType(data),
      ...(axisType(data) === "category" && { data: labelsOf(data.along) }),
      axisLine: grid,
      axisTick: { show: false },
      splitLine: { show: false },
      axisLabel: { color: soft, hideOverlap: true },
    },
    yAxis: {
      type: "value",
      ...(data.most !== undefined && { max: data.most }),
      axisLabel: { color: soft, formatter: (value: number) => data.format(value) },
      splitLine: grid,
      splitNumber: 3,
      ...(data.isCount && { minInterval: 1 }),
    },
    series: data.series.map((one, place) => seriesOption(data, one, colours(colourOf(one, place)))),
  };
}

function axisType({ along }: PlotData): "time" | "value" | "category" {
  if (along.kind === "number") return "value";
  return along.kind === "time" ? "time" : "category";
}

function labelsOf(along: Along): string[] {
  return along.values.map(String);
}

function seriesOption(
  data: PlotData,
  series: Series,
  color: string,
): BarSeriesOption | LineSeriesOption {
  const shared = {
    name: series.name,
    color,
    data: series.values.map((value, place) => [data.along.values[place] ?? place, value]),
    ...(data.isStacked && { stack: "all" }),
  };
  if (data.kind === "bar") return { type: "bar", ...shared, barMaxWidth: 36 };
  return {
    type: "line",
    ...shared,
    sampling: "lttb",
    symbolSize: 5,
    showSymbol: lonelyPoints(series.values),
    lineStyle: { width: 2 },
    ...(data.isStacked && { areaStyle: { opacity: 0.25 } }),
  };
}

/** Whether a point has no neighbour: a line alone would not show it. */
export function lonelyPoints(values: readonly (number | null)[]): boolean {
  const isThere = (place: number) => values[place] !== null && values[place] !== undefined;
  return values.some((_, place) => isThere(place) && !isThere(place - 1) && !isThere(place + 1));
}

interface Pointed {
  seriesName?: string | undefined;
  value?: unknown;
}

/** The lines of a tooltip: where along the bottom, and every value there. */
export function tooltipText(data: PlotData, given: unknown): string {
  const points = (Array.isArray(given) ? given : [given]) as Pointed[];
  const at = pairOf(points[0]?.value)[0];
  const head = data.along.kind === "time" && at !== undefined ? momentOf(at as string) : String(at);
  const lines = points.flatMap((point) => {
    const value = pairOf(point.value)[1];
    return typeof value === "number" ? [`${point.seriesName}: ${data.format(value)}`] : [];
  });
  return [head, ...lines].join("\n");
}

function pairOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
