import { Group, Text } from "@mantine/core";
import { texts } from "@/texts";
import { Answer } from "@/ui/Answer";
import { type Column, DataTable } from "@/ui/DataTable";
import { PageLink } from "@/ui/links";
import { Moment } from "@/ui/Moment";
import type { QuarantineSearch } from "./address";
import classes from "./ingest.module.css";
import { type Quarantined, useWaiting } from "./questions";

const said = texts.ingest;

/** The records that wait, a page of them. */
export function WaitingTable({ search }: { search: QuarantineSearch }) {
  const waiting = useWaiting(search);
  const { after, ...rest } = search;
  return (
    <Answer question={waiting}>
      {({ records, next }) => (
        <>
          <DataTable
            caption={said.recordsOf}
            columns={columnsFor(search)}
            rows={records}
            rowId={(one) => one.key}
          />
          <Group gap="md" mt="sm" fz="sm">
            {after && (
              <PageLink to="/ingest/quarantine" search={rest}>
                {said.firstPage}
              </PageLink>
            )}
            {next && (
              <PageLink to="/ingest/quarantine" search={{ ...rest, after: next }}>
                {said.more}
              </PageLink>
            )}
          </Group>
        </>
      )}
    </Answer>
  );
}

function columnsFor(search: QuarantineSearch): Column<Quarantined>[] {
  return [
    {
      id: "received",
      title: said.received,
      value: (one) => one.received_at,
      render: (one) => (
        <PageLink to="/ingest/quarantine" search={{ ...search, key: one.key }}>
          <Moment at={one.received_at} />
        </PageLink>
      ),
    },
    {
      id: "source",
      title: said.source,
      value: (one) => one.source,
      render: (one) => one.source || said.unknownSource,
    },
    {
      id: "reason",
      title: said.reason,
      value: (one) => one.reason,
      render: (one) => (
        <Text size="sm" className={classes.reason}>
          {one.path && <strong>{one.path} </strong>}
          {one.reason}
        </Text>
      ),
    },
    {
      id: "data",
      title: said.data,
      value: (one) => one.data,
      render: (one) => (
        <span className={classes.data} title={one.data.slice(0, 1000)}>
          {one.data.slice(0, 200)}
        </span>
      ),
    },
  ];
}
