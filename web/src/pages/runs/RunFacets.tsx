import { Stack, Text } from "@mantine/core";
import { texts } from "@/texts";
import { Facets } from "@/ui/Facets";
import { Section } from "@/ui/Section";
import type { Run, RunUse } from "./questions";

const said = texts.runs;

/** Everything that a run sent, as it sent it. */
export function RunFacets({ run }: { run: Run }) {
  return (
    <Stack gap="lg">
      <Section title={said.ofRun}>
        <Facets label={said.ofRun} facets={run.facets} />
      </Section>
      <Section title={said.ofJob}>
        <Facets label={said.ofJob} facets={run.job_facets} />
      </Section>
      <OfDatasets title={said.inputs} uses={run.inputs} />
      <OfDatasets title={said.outputs} uses={run.outputs} />
    </Stack>
  );
}

function OfDatasets({ title, uses }: { title: string; uses: readonly RunUse[] }) {
  const told = uses.filter((use) => Object.keys(use.facets).length > 0);
  if (told.length === 0) return null;
  const facets = Object.fromEntries(told.map((use) => [use.name, use.facets]));
  return (
    <Section title={title} note={<Text span>{said.columnLineageElsewhere}</Text>}>
      <Facets label={title} facets={facets} isOpen />
    </Section>
  );
}
