import { useComputedColorScheme } from "@mantine/core";
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import { type EChartsType, init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";
import { type PlotData, plotOption } from "./option";

use([BarChart, LineChart, GridComponent, TooltipComponent, CanvasRenderer]);

/** The canvas of a chart; loaded with ECharts when the first chart is shown. */
export default function Plot({ data, height }: { data: PlotData; height: number }) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(undefined);
  const scheme = useComputedColorScheme("light");

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const made = init(element, undefined, { renderer: "canvas" });
    chart.current = made;
    const sizes = new ResizeObserver(() => made.resize());
    sizes.observe(element);
    return () => {
      sizes.disconnect();
      made.dispose();
      chart.current = undefined;
    };
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another scheme has other colours
  useEffect(() => {
    const styles = getComputedStyle(document.documentElement);
    const option = plotOption(data, (token) => styles.getPropertyValue(`--hw-${token}`).trim());
    chart.current?.setOption(option, { notMerge: true });
  }, [data, scheme]);

  return <div ref={box} style={{ height }} />;
}
