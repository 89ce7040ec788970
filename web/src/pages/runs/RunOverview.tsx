import { SimpleGrid, Stack } from "@mantine/core";
import { useMemo } from "react";
import { texts } from "@/texts";
import { PageLink } from "@/ui/links";
import { RunBars } from "@/ui/RunBars";
import { Section } from "@/ui/Section";
import { Timeline } from "@/ui/Timeline";
import { PipelineStages } from "./PipelineStages";
import type { Run } from "./questions";
import { RunData } from "./RunData";
import { RunDetails } from "./RunDetails";
import { RunTelemetryParts } from "./RunTelemetryParts";

const said = texts.runs;

/** What most people open a run for: its data, its time, its place among other runs. */
export function RunOverview({ run }: { run: Run }) {
  const family = useMemo(() => [...run.family, run], [run]);
  const hasData = run.inputs.length + run.outputs.length > 0;
  const search = { namespace: run.job.namespace, job: run.job.name };
  return (
    <Stack gap="lg">
      {(hasData || run.children.length === 0) && (
        <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
          <RunData title={said.inputs} uses={run.inputs} none={said.noInputs} />
          <RunData title={said.outputs} uses={run.outputs} none={said.noOutputs} />
        </SimpleGrid>
      )}
      {run.family.length > 0 && (
        <Section title={said.family}>
          <Timeline caption={said.family} runs={family} current={run.id} />
        </Section>
      )}
      <PipelineStages run={run} />
      <RunTelemetryParts run={run} />
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
        <RunDetails run={run} />
        <Section
          title={said.recent}
          note={
            <PageLink to="/runs" search={search}>
              {texts.jobs.allRuns}
            </PageLink>
          }
        >
          <RunBars runs={run.recent} isLarge current={run.id} />
        </Section>
      </SimpleGrid>
    </Stack>
  );
}
