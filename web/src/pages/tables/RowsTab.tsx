import { Group, Select, Stack, Text } from "@mantine/core";
import { useMemo } from "react";
import { texts } from "@/texts";
import { Answer } from "@/ui/Answer";
import { Empty } from "@/ui/Empty";
import { JobLink, RunLink } from "@/ui/links";
import { Moment } from "@/ui/Moment";
import { momentOf } from "@/ui/time";
import { ValueGrid } from "@/ui/ValueGrid";
import { type DatasetHead, type TableSnapshot, usePreview, useSnapshots } from "./questions";
import classes from "./tables.module.css";

const said = texts.tables;
const NOW = "";

interface RowsTabProps {
  head: DatasetHead;
  /** The snapshot that the address names, none for the rows as they are. */
  snapshot: string | undefined;
  choose: (snapshot: string | undefined) => void;
}

/** Rows of a table of the lake, now or as of a snapshot, and the run that wrote it. */
export function RowsTab({ head, snapshot, choose }: RowsTabProps) {
  const table = head.table?.table ?? head.name;
  const hasSnapshots = head.table?.has_snapshots ?? false;
  const rows = usePreview(table, snapshot);
  const snapshots = useSnapshots(table, hasSnapshots);
  const known = snapshots.data?.snapshots ?? [];
  const shown = known.find((one) => one.id === (snapshot ?? snapshots.data?.current));
  return (
    <Stack gap="sm">
      {hasSnapshots && (
        <Group align="flex-end" gap="md">
          <Select
            label={said.asOf}
            w={340}
            maw="100%"
            allowDeselect={false}
            value={snapshot ?? NOW}
            data={[
              { value: NOW, label: said.now },
              ...known.map((one) => ({
                value: one.id,
                label: `${momentOf(one.committed_at)} · ${texts.shared.rows(one.rows ?? 0)}`,
              })),
              ...(snapshot && !known.some((one) => one.id === snapshot)
                ? [{ value: snapshot, label: snapshot }]
                : []),
            ]}
            onChange={(id) => choose(id || undefined)}
          />
          {shown && <Writer snapshot={shown} namespace={head.namespace} />}
        </Group>
      )}
      <Answer
        question={rows}
        empty={{
          when: (data) => data.rows.length === 0,
          show: <Empty title={said.noRows} />,
        }}
      >
        {(data) => <Rows data={data} label={table} />}
      </Answer>
    </Stack>
  );
}

/** Which run wrote the snapshot whose rows are shown. */
function Writer({ snapshot, namespace }: { snapshot: TableSnapshot; namespace: string }) {
  return (
    <Text size="sm" role="status" pb={6} className={classes.prose}>
      {snapshot.run ? (
        <>
          {said.writtenByRun} <RunLink id={snapshot.run} />
          {snapshot.job && (
            <>
              {" "}
              {said.ofJob} <JobLink namespace={namespace} name={snapshot.job} />
            </>
          )}
        </>
      ) : (
        said.withoutRun
      )}{" "}
      · <Moment at={snapshot.committed_at} />
    </Text>
  );
}

type Answered = NonNullable<ReturnType<typeof usePreview>["data"]>;

function Rows({ data, label }: { data: Answered; label: string }) {
  const rowAt = useMemo(() => (place: number) => data.rows[place], [data]);
  return (
    <>
      <ValueGrid
        label={label}
        columns={data.columns}
        count={data.rows.length}
        rowAt={rowAt}
        maxHeight={560}
      />
      {data.partial && (
        <Text size="xs" c="dimmed">
          {said.firstRows(data.rows.length)}
        </Text>
      )}
    </>
  );
}
