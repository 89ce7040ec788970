import { Group, Skeleton, Text, UnstyledButton } from "@mantine/core";
import { lazy, Suspense, useMemo, useState } from "react";
import { texts } from "@/texts";
import classes from "./Chart.module.css";
import {
  type Along,
  type ChartKind,
  colourOf,
  extremesOf,
  placeText,
  rowsOf,
  type Series,
  type TwinRow,
} from "./chart/data";
import type { PlotData } from "./chart/option";
import { type Column, DataTable } from "./DataTable";
import { countOf } from "./numbers";

const Plot = lazy(() => import("./chart/Plot"));
const said = texts.chart;

interface ChartProps {
  /** What it shows, as a heading over it and for people who cannot see it. */
  title: string;
  along: Along;
  series: readonly Series[];
  kind?: ChartKind;
  /** The words for a value. */
  format?: (value: number) => string;
  isStacked?: boolean;
  height?: number;
  /** The upper end of the axis, where the values have one. */
  most?: number;
  /** Whether values are counts, so that the axis has no fractions. */
  isCount?: boolean;
}

/** Lines or bars over time, numbers or names, with a table that says the same. */
export function Chart(props: ChartProps) {
  const { title, along, series, kind = "line", height = 200, most } = props;
  const { format = countOf, isStacked = false, isCount = false } = props;
  const [isTable, setTable] = useState(false);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const data = useMemo<PlotData>(() => {
    const shown = series
      .map((one, place) => ({ ...one, colour: colourOf(one, place) }))
      .filter((one) => !hidden.has(one.name));
    return { kind, along, series: shown, format, isStacked, isCount, most };
  }, [kind, along, series, hidden, format, isStacked, isCount, most]);

  function toggle(name: string) {
    const next = new Set(hidden);
    if (!next.delete(name)) next.add(name);
    setHidden(next);
  }

  return (
    <figure className={classes.figure}>
      <Group component="figcaption" justify="space-between" gap="xs" wrap="nowrap" mb={4}>
        <Text span size="sm" fw={600}>
          {title}
        </Text>
        <UnstyledButton
          className={classes.twin}
          aria-label={isTable ? said.chartOf(title) : said.tableOf(title)}
          onClick={() => setTable(!isTable)}
        >
          {isTable ? said.asChart : said.asTable}
        </UnstyledButton>
      </Group>
      {series.length > 1 && !isTable && <Legend series={series} hidden={hidden} toggle={toggle} />}
      {isTable ? (
        <Twin title={title} along={along} series={series} format={format} />
      ) : (
        <div role="img" aria-label={descriptionOf(title, data)}>
          <Suspense fallback={<Skeleton height={height} />}>
            <Plot data={data} height={height} />
          </Suspense>
        </div>
      )}
    </figure>
  );
}

interface LegendProps {
  series: readonly Series[];
  hidden: ReadonlySet<string>;
  toggle: (name: string) => void;
}

function Legend({ series, hidden, toggle }: LegendProps) {
  return (
    <Group gap="xs" className={classes.legend}>
      {series.map((one, place) => (
        <UnstyledButton
          key={one.name}
          className={classes.name}
          aria-pressed={!hidden.has(one.name)}
          onClick={() => toggle(one.name)}
        >
          <span
            className={classes.swatch}
            style={{ background: `var(--hw-${colourOf(one, place)})` }}
          />
          {one.name}
        </UnstyledButton>
      ))}
    </Group>
  );
}

interface TwinProps {
  title: string;
  along: Along;
  series: readonly Series[];
  format: (value: number) => string;
}

function Twin({ title, along, series, format }: TwinProps) {
  const columns = useMemo<Column<TwinRow>[]>(
    () => [
      {
        id: "at",
        title: along.kind === "time" ? said.time : said.place,
        value: (row) => row.at,
        render: (row) => row.label,
      },
      ...series.map((one, place) => ({
        id: `${place}`,
        title: one.name,
        align: "right" as const,
        value: (row: TwinRow) => row.values[place],
        render: (row: TwinRow) => {
          const value = row.values[place];
          return value === null || value === undefined ? countOf(null) : format(value);
        },
      })),
    ],
    [along, series, format],
  );
  const rows = useMemo(() => rowsOf(along, series), [along, series]);
  return (
    <DataTable caption={title} columns={columns} rows={rows} rowId={(row) => row.id} height={320} />
  );
}

/** What a chart shows in a sentence for each series. */
function descriptionOf(title: string, { along, series, format }: PlotData): string {
  const last = along.values.length - 1;
  const range = last < 0 ? said.nothing : said.range(placeText(along, 0), placeText(along, last));
  const lines = series.map((one) => {
    const found = extremesOf(one.values);
    return found
      ? said.series(one.name, format(found.least), format(found.most), format(found.last))
      : said.unknown(one.name);
  });
  return [`${title}.`, range, ...lines].join(" ");
}
