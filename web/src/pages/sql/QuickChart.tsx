import { Group, Select, Skeleton, Text } from "@mantine/core";
import { useEffect, useMemo } from "react";
import { texts } from "@/texts";
import { Chart } from "@/ui/Chart";
import { Empty } from "@/ui/Empty";
import { countOf } from "@/ui/numbers";
import { isNumeric } from "@/ui/values";
import type { SqlSearch } from "./address";
import type { AnswerHead } from "./answer/text";
import type { useAnswer } from "./answer/useAnswer";
import { axesOf, chartOf, MOST_POINTS } from "./chartData";

const said = texts.sql;

interface QuickChartProps {
  head: AnswerHead;
  answer: ReturnType<typeof useAnswer>;
  search: SqlSearch;
  change: (changed: Partial<SqlSearch>) => void;
}

/** Two columns of an answer as a chart: lines over time and numbers, bars over anything else. */
export function QuickChart({ head, answer, search, change }: QuickChartProps) {
  const { columns } = head;
  const { points, wantPoints } = answer;
  const axes = useMemo(
    () => axesOf(columns, { x: search.x, y: search.y }),
    [columns, search.x, search.y],
  );
  const key = axes && [axes.x, axes.y].join();
  useEffect(() => {
    if (axes) wantPoints([axes.x, axes.y], MOST_POINTS);
  }, [axes, wantPoints]);
  const drawn = useMemo(
    () =>
      axes && points && points.key === key ? chartOf(columns, axes, points.points) : undefined,
    [axes, columns, key, points],
  );
  if (!axes) return <Empty title={said.noChart}>{said.noChartHint}</Empty>;
  const [x = "", y = ""] = [columns[axes.x]?.name, columns[axes.y]?.name];
  const names = [...new Set(columns.map((one) => one.name))];
  const numbers = [...new Set(columns.filter((one) => isNumeric(one.type)).map((one) => one.name))];
  return (
    <>
      <Group gap="sm" mb="sm">
        <Select
          label={said.x}
          data={names}
          value={x}
          allowDeselect={false}
          searchable
          onChange={(name) => change(name ? { x: name } : {})}
        />
        <Select
          label={said.y}
          data={numbers}
          value={y}
          allowDeselect={false}
          searchable
          onChange={(name) => change(name ? { y: name } : {})}
        />
      </Group>
      {drawn ? (
        <Chart
          title={said.chartOf(y, x)}
          along={drawn.along}
          series={drawn.series}
          kind={drawn.isLine ? "line" : "bar"}
          height={320}
        />
      ) : (
        <Skeleton height={340} />
      )}
      {head.row_count > MOST_POINTS && (
        <Text size="xs" c="dimmed">
          {said.chartCut(countOf(MOST_POINTS))}
        </Text>
      )}
    </>
  );
}
