import { Alert, Stack, Text } from "@mantine/core";
import type { components } from "@/api/schema";
import { texts } from "@/texts";
import { Answer } from "@/ui/Answer";
import { Facts } from "@/ui/Facts";
import { RunLink } from "@/ui/links";
import { countOf } from "@/ui/numbers";
import { type PlainColumn, PlainTable } from "@/ui/PlainTable";
import { RunState } from "@/ui/RunState";
import { Section } from "@/ui/Section";
import { type Run, usePipelineRun } from "./questions";

const said = texts.runs;
type PipelineRun = components["schemas"]["RunShape"];
type StageRun = PipelineRun["stages"][number];

/** What this server knows of a run of its own pipelines beyond lineage: stages, parameters. */
export function PipelineStages({ run }: { run: Run }) {
  const isOurs = run.kind.kind === "PIPELINE" && run.kind.integration === "HEADWATER";
  const question = usePipelineRun(run.id, isOurs);
  if (!isOurs) return null;
  return (
    <Section title={said.pipeline}>
      <Answer question={question}>{(found) => <Stages run={found} />}</Answer>
    </Section>
  );
}

function Stages({ run }: { run: PipelineRun }) {
  const parameters = Object.entries(run.parameters).filter(
    ([, value]) => value !== null && value !== "",
  );
  return (
    <Stack gap="sm">
      <Facts
        facts={[
          [said.startedBy, run.started_by],
          [said.parameters, parameters.map(([name, value]) => `${name} = ${value}`).join(", ")],
          [said.schemaChanges, run.schema_changes.join(", ")],
        ]}
      />
      <PlainTable
        caption={said.stages}
        columns={columns}
        rows={run.stages}
        rowId={(stage) => stage.name}
      />
      {run.stages.map(
        (stage) =>
          stage.error && (
            <Alert key={stage.name} color="var(--hw-bad)" title={stage.name}>
              {stage.error}
            </Alert>
          ),
      )}
    </Stack>
  );
}

const columns: PlainColumn<StageRun>[] = [
  {
    id: "stage",
    title: said.stage,
    render: (stage) => <RunLink id={stage.run_id}>{stage.name}</RunLink>,
  },
  { id: "state", title: said.state, render: (stage) => <RunState state={stage.state} /> },
  {
    id: "attempts",
    title: said.attempts,
    align: "right",
    render: (stage) => countOf(stage.attempts),
  },
  { id: "read", title: said.recordsRead, align: "right", render: (one) => countOf(one.rows_in) },
  {
    id: "written",
    title: said.recordsWritten,
    align: "right",
    render: (one) => countOf(one.rows_out),
  },
  {
    id: "rejected",
    title: said.rejected,
    align: "right",
    render: (stage) => <Rejected stage={stage} />,
  },
];

function Rejected({ stage }: { stage: StageRun }) {
  return (
    <>
      {countOf(stage.rejected)}
      {stage.rejects[0] && (
        <Text size="xs" c="dimmed">
          {stage.rejects[0].reason}
        </Text>
      )}
    </>
  );
}
