import { Text } from "@mantine/core";
import { texts } from "@/texts";
import { type Column, DataTable } from "@/ui/DataTable";
import { PageLink } from "@/ui/links";
import { Moment } from "@/ui/Moment";
import { countOf, sizeOf } from "@/ui/numbers";
import { ToneBadge } from "@/ui/ToneBadge";
import type { SourceLine } from "./questions";

const said = texts.ingest;

const columns: Column<SourceLine>[] = [
  {
    id: "source",
    title: said.source,
    value: (one) => one.source,
    render: (one) => (
      <PageLink to="/ingest/source" search={{ name: one.source }} isName>
        {one.source}
      </PageLink>
    ),
  },
  {
    id: "records",
    title: said.records,
    align: "right",
    value: (one) => one.records + one.unsealed,
    render: (one) => (
      <span title={one.unsealed ? said.recordsUnsealed(countOf(one.unsealed)) : undefined}>
        {countOf(one.records + one.unsealed)}
      </span>
    ),
  },
  {
    id: "hour",
    title: said.lastHour,
    align: "right",
    value: (one) => one.accepted_last_hour,
    render: (one) => countOf(one.accepted_last_hour),
  },
  {
    id: "last",
    title: said.last,
    value: (one) => one.received_at,
    render: (one) => <Moment at={one.received_at} />,
  },
  {
    id: "schema",
    title: said.schema,
    value: (one) => one.schema_version,
    render: (one) => <SchemaState source={one} />,
  },
  {
    id: "quarantined",
    title: said.quarantined,
    align: "right",
    value: (one) => one.quarantined,
    render: (one) =>
      one.quarantined === 0 ? (
        "0"
      ) : (
        <PageLink to="/ingest/quarantine" search={{ source: one.source }}>
          {countOf(one.quarantined)}
        </PageLink>
      ),
  },
  {
    id: "size",
    title: said.size,
    align: "right",
    value: (one) => one.size_bytes,
    render: (one) => sizeOf(one.size_bytes),
  },
];

/** Every source with what came of it. */
export function SourcesTable({ sources }: { sources: readonly SourceLine[] }) {
  return (
    <DataTable
      caption={said.sources}
      columns={columns}
      rows={sources}
      rowId={(one) => one.source}
    />
  );
}

/** Which version of its schema counts for a source, and whether somebody meant it. */
export function SchemaState({ source }: { source: SourceLine }) {
  if (source.schema_version === null) {
    return (
      <Text span size="sm" c="dimmed">
        {said.noSchema}
      </Text>
    );
  }
  return (
    <>
      {said.version(source.schema_version)}{" "}
      {source.schema_proposed && <ToneBadge tone="idle">{said.proposed}</ToneBadge>}
    </>
  );
}
