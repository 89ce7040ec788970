import { Stack, Text } from "@mantine/core";
import { texts } from "@/texts";
import { type Column, DataTable } from "@/ui/DataTable";
import { countOf, sizeOf } from "@/ui/numbers";
import { momentOf } from "@/ui/time";
import type { Segment } from "./questions";

const said = texts.ingest;

const columns: Column<Segment>[] = [
  { id: "sequence", title: said.sequence, align: "right", value: (one) => one.sequence },
  {
    id: "span",
    title: said.span,
    value: (one) => one.last_at,
    render: (one) => `${momentOf(one.first_at)} – ${momentOf(one.last_at)}`,
  },
  {
    id: "records",
    title: said.records,
    align: "right",
    value: (one) => one.records,
    render: (one) => countOf(one.records),
  },
  {
    id: "size",
    title: said.size,
    align: "right",
    value: (one) => one.size_bytes,
    render: (one) => sizeOf(one.size_bytes),
  },
  { id: "file", title: said.file, value: (one) => one.path },
];

/** The sealed files of a source. */
export function SegmentsPart({ segments }: { segments: readonly Segment[] }) {
  if (segments.length === 0) return <Text c="dimmed">{said.noSegments}</Text>;
  return (
    <Stack gap="xs">
      <Text size="sm" c="dimmed">
        {said.segmentsHint}
      </Text>
      <DataTable
        caption={said.segments}
        columns={columns}
        rows={segments}
        rowId={(one) => one.path}
      />
    </Stack>
  );
}
