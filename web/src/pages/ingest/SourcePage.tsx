import { Group, Paper, Stack, Tabs } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { texts } from "@/texts";
import { Answer } from "@/ui/Answer";
import { TableLink } from "@/ui/links";
import { PageHeader } from "@/ui/PageHeader";
import { PARTS, type Part } from "./address";
import { exampleOf } from "./example";
import { IngestPages } from "./IngestPages";
import { type SourceDetail, useSource } from "./questions";
import { RateChart } from "./RateChart";
import { SchemaPart } from "./SchemaPart";
import { SegmentsPart } from "./SegmentsPart";
import { SourceFigures } from "./SourceFigures";
import { TryRecord } from "./TryRecord";

const said = texts.ingest;

/** One source: what came, its schema, its segments, and a way to try it. */
export function SourcePage() {
  const { name } = useSearch({ from: "/ingest/source" });
  const source = useSource(name);
  return (
    <>
      <PageHeader title={name} about={source.data && <Tables detail={source.data} />} />
      <IngestPages />
      <Answer question={source}>{(detail) => <Whole detail={detail} />}</Answer>
    </>
  );
}

function Whole({ detail }: { detail: SourceDetail }) {
  const { part = "schema", version } = useSearch({ from: "/ingest/source" });
  const navigate = useNavigate({ from: "/ingest/source" });
  const { source, versions, segments } = detail;
  const open = (chosen: Part) =>
    void navigate({ search: { name: source.source, part: chosen }, replace: true });
  return (
    <Stack gap="md">
      <SourceFigures source={source} />
      <Paper withBorder p="md" miw={0}>
        <RateChart source={source.source} />
      </Paper>
      <Tabs value={part} onChange={(chosen) => open(chosen as Part)} keepMounted={false}>
        <Tabs.List aria-label={said.part} mb="md">
          {PARTS.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {said.parts[one]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="schema">
          <SchemaPart
            source={source.source}
            versions={versions}
            chosen={version}
            choose={(number) =>
              void navigate({ search: { name: source.source, version: number }, replace: true })
            }
          />
        </Tabs.Panel>
        <Tabs.Panel value="try">
          <TryRecord
            source={source.source}
            example={exampleOf(versions[0]?.schema ?? { type: "object" })}
          />
        </Tabs.Panel>
        <Tabs.Panel value="segments">
          <SegmentsPart segments={segments} />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}

function Tables({ detail }: { detail: SourceDetail }) {
  return (
    <Group gap="md">
      <span>{said.tables}</span>
      {detail.tables.map((table) => (
        <TableLink key={table} namespace={detail.namespace} name={table} />
      ))}
    </Group>
  );
}
