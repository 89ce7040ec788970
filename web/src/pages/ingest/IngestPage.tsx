import { Paper, SimpleGrid, Stack, Text } from "@mantine/core";
import { apiRoot } from "@/api/place";
import { texts } from "@/texts";
import { Answer } from "@/ui/Answer";
import { CodeView } from "@/ui/CodeView";
import { Empty } from "@/ui/Empty";
import { PageHeader } from "@/ui/PageHeader";
import { Panel } from "@/ui/Panel";
import { IngestPages } from "./IngestPages";
import { useSources } from "./questions";
import { RateChart } from "./RateChart";
import { SourcesTable } from "./SourcesTable";
import { TryRecord } from "./TryRecord";

const said = texts.ingest;
const EXAMPLE = { room: "attic", celsius: 24.5 };

/** Where records come from, and how fast. */
export function IngestPage() {
  const sources = useSources();
  return (
    <>
      <PageHeader title={said.title} about={said.about} />
      <IngestPages />
      <Stack gap="md">
        <Answer
          question={sources}
          empty={{ when: (data) => data.sources.length === 0, show: <NoSources /> }}
        >
          {(data) => (
            <Panel title={said.sources}>
              <SourcesTable sources={data.sources} />
            </Panel>
          )}
        </Answer>
        <SimpleGrid cols={{ base: 1, lg: 2 }}>
          <Paper withBorder p="md" miw={0}>
            <RateChart />
          </Paper>
          <Panel title={said.tryTitle}>
            <TryRecord example={EXAMPLE} />
          </Panel>
        </SimpleGrid>
      </Stack>
    </>
  );
}

function NoSources() {
  const command = `curl ${apiRoot}/ingest/sensors -H 'Content-Type: application/json' -d '${JSON.stringify(EXAMPLE)}'`;
  return (
    <Empty title={said.empty}>
      <Text mb="sm">{said.emptyHint}</Text>
      <CodeView code={command} label={said.emptyCommand} />
    </Empty>
  );
}
