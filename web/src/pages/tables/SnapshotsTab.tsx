import { Stack, Text } from "@mantine/core";
import { useMemo } from "react";
import { texts } from "@/texts";
import { Answer } from "@/ui/Answer";
import { Chart } from "@/ui/Chart";
import { type Column, DataTable } from "@/ui/DataTable";
import { Empty } from "@/ui/Empty";
import { JobLink, PageLink, RunLink } from "@/ui/links";
import { Moment } from "@/ui/Moment";
import { countOf, sizeOf } from "@/ui/numbers";
import { ToneBadge } from "@/ui/ToneBadge";
import { type DatasetHead, type TableSnapshot, useSnapshots } from "./questions";

const said = texts.tables;
const FEWEST_FOR_CHART = 3;

/** The commits of a table: when, what, which run; each leads to the rows as they were then. */
export function SnapshotsTab({ head }: { head: DatasetHead }) {
  const question = useSnapshots(head.table?.table ?? head.name);
  const current = question.data?.current;
  const columns = useMemo(() => columnsOf(head, current), [head, current]);
  return (
    <Answer
      question={question}
      empty={{
        when: (data) => data.snapshots.length === 0,
        show: <Empty title={said.noRows} />,
      }}
    >
      {(data) => (
        <Stack gap="md">
          {data.snapshots.length >= FEWEST_FOR_CHART && <RowsOverTime snapshots={data.snapshots} />}
          <DataTable
            caption={said.snapshotList}
            columns={columns}
            rows={data.snapshots}
            rowId={(one) => one.id}
          />
        </Stack>
      )}
    </Answer>
  );
}

function RowsOverTime({ snapshots }: { snapshots: readonly TableSnapshot[] }) {
  const ordered = useMemo(() => [...snapshots].reverse(), [snapshots]);
  const along = useMemo(
    () => ({ kind: "time" as const, values: ordered.map((one) => one.committed_at) }),
    [ordered],
  );
  const series = useMemo(
    () => [{ name: said.rows, values: ordered.map((one) => one.rows) }],
    [ordered],
  );
  return <Chart title={said.rowsOverTime} along={along} series={series} height={160} />;
}

function columnsOf(head: DatasetHead, current: string | null | undefined): Column<TableSnapshot>[] {
  const operations: Record<string, string> = said.operations;
  return [
    {
      id: "at",
      title: said.committed,
      value: (one) => one.committed_at,
      render: (one) => (
        <>
          <Moment at={one.committed_at} />{" "}
          {one.id === current && <ToneBadge tone="good">{said.current}</ToneBadge>}
        </>
      ),
    },
    {
      id: "run",
      title: said.run,
      value: (one) => one.run,
      render: (one) => (one.run ? <RunLink id={one.run} /> : countOf(null)),
    },
    {
      id: "job",
      title: said.job,
      value: (one) => one.job,
      render: (one) => one.job && <JobLink namespace={head.namespace} name={one.job} />,
    },
    {
      id: "operation",
      title: said.operation,
      value: (one) => operations[one.operation] ?? one.operation,
    },
    number("rows", said.rows, (one) => one.rows),
    number("added", said.added, (one) => one.rows_added),
    number("removed", said.removed, (one) => one.rows_deleted),
    {
      id: "size",
      title: said.size,
      value: (one) => one.size_bytes,
      render: (one) => sizeOf(one.size_bytes),
      align: "right",
    },
    {
      id: "then",
      title: said.timeTravel,
      value: (one) => one.id,
      render: (one) => (
        <PageLink
          to="/tables/table"
          search={{ namespace: head.namespace, name: head.name, tab: "rows", snapshot: one.id }}
        >
          <Text span size="sm" aria-label={said.showRowsOf(one.id)}>
            {said.showRows}
          </Text>
        </PageLink>
      ),
    },
  ];
}

function number(
  id: string,
  title: string,
  value: (one: TableSnapshot) => number | null,
): Column<TableSnapshot> {
  return { id, title, value, render: (one) => countOf(value(one)), align: "right" };
}
