import { Group, Paper, SimpleGrid, Stack, Text } from "@mantine/core";
import { texts } from "@/texts";
import { Answer } from "@/ui/Answer";
import { PageLink, TraceLink } from "@/ui/links";
import { Moment } from "@/ui/Moment";
import { countOf } from "@/ui/numbers";
import { type PlainColumn, PlainTable } from "@/ui/PlainTable";
import { Section } from "@/ui/Section";
import { spanOf } from "@/ui/time";
import { type Run, type RunTelemetry, useRunTelemetry } from "./questions";

const said = texts.runs;

/** What spans tell of a run: its stages, where it spent its time, what failed in it. */
export function RunTelemetryParts({ run }: { run: Run }) {
  const question = useRunTelemetry(run);
  return (
    <Answer
      question={question}
      partial={(data) => data.reason}
      empty={{
        when: (data) => data.traces.length === 0,
        show: question.data?.partial ? null : <NoSpans />,
      }}
    >
      {(data) => (
        <Stack gap="lg">
          {data.stages.length > 0 && <Stages telemetry={data} />}
          <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
            <Traces telemetry={data} />
            <Slowest telemetry={data} />
          </SimpleGrid>
          {data.errors.length > 0 && <Errors telemetry={data} />}
        </Stack>
      )}
    </Answer>
  );
}

function NoSpans() {
  return (
    <Section title={said.trace}>
      <Text size="sm" c="dimmed">
        {said.noTelemetry}. {said.noTraceHint}
      </Text>
    </Section>
  );
}

type Stage = RunTelemetry["stages"][number];
const stageColumns: PlainColumn<Stage>[] = [
  { id: "stage", title: said.stage, render: (one) => one.name },
  { id: "started", title: said.started, render: (one) => <Moment at={one.start} /> },
  { id: "busy", title: said.busy, align: "right", render: (one) => spanOf(one.busy_ms / 1000) },
  {
    id: "read",
    title: said.recordsRead,
    align: "right",
    render: (one) => countOf(one.records.read),
  },
  {
    id: "written",
    title: said.recordsWritten,
    align: "right",
    render: (one) => countOf(one.records.written),
  },
  { id: "spans", title: said.spans, align: "right", render: (one) => countOf(one.spans) },
  { id: "errors", title: said.errors, align: "right", render: (one) => <Count of={one.errors} /> },
];

function Count({ of }: { of: number }) {
  return <span style={of > 0 ? { color: "var(--hw-bad)" } : undefined}>{countOf(of)}</span>;
}

function Stages({ telemetry }: { telemetry: RunTelemetry }) {
  return (
    <Section title={said.stages}>
      <PlainTable
        caption={said.stages}
        columns={stageColumns}
        rows={telemetry.stages}
        rowId={(one) => one.name}
      />
    </Section>
  );
}

type Trace = RunTelemetry["traces"][number];
const traceColumns: PlainColumn<Trace>[] = [
  {
    id: "operation",
    title: said.operation,
    render: (one) => (
      <>
        <TraceLink id={one.trace_id}>{one.operation}</TraceLink>
        <Text size="xs" c="dimmed">
          {one.service} · {said.how[one.how]}
        </Text>
      </>
    ),
  },
  {
    id: "took",
    title: said.took,
    align: "right",
    render: (one) => spanOf(one.duration_ms / 1000),
  },
  { id: "spans", title: said.spans, align: "right", render: (one) => countOf(one.spans) },
  { id: "errors", title: said.errors, align: "right", render: (one) => <Count of={one.errors} /> },
];

function Traces({ telemetry }: { telemetry: RunTelemetry }) {
  return (
    <Section title={said.traces}>
      <PlainTable
        caption={said.traces}
        columns={traceColumns}
        rows={telemetry.traces}
        rowId={(one) => one.trace_id}
      />
    </Section>
  );
}

function Slowest({ telemetry }: { telemetry: RunTelemetry }) {
  const span = telemetry.slowest_span;
  if (span === null) return null;
  return (
    <Section title={said.slowest}>
      <Paper withBorder p="sm" bg="var(--hw-surface)">
        <Group justify="space-between" wrap="nowrap">
          <div style={{ minWidth: 0, overflowWrap: "anywhere" }}>
            <TraceLink id={span.trace_id} span={span.span_id}>
              {span.name}
            </TraceLink>
            <Text size="xs" c="dimmed">
              {span.service}
            </Text>
          </div>
          <Text size="sm" ta="right">
            {said.slowestOwn(spanOf(span.own_ms / 1000), spanOf(span.duration_ms / 1000))}
          </Text>
        </Group>
      </Paper>
    </Section>
  );
}

type Failure = RunTelemetry["errors"][number];
const errorColumns: PlainColumn<Failure>[] = [
  {
    id: "span",
    title: said.operation,
    render: (one) => (
      <PageLink to="/traces/trace" search={{ id: one.trace_id, span: one.span_id }}>
        {one.name}
      </PageLink>
    ),
  },
  { id: "service", title: said.service, render: (one) => one.service },
  {
    id: "message",
    title: said.message,
    render: (one) => <span style={{ overflowWrap: "anywhere" }}>{one.message}</span>,
  },
  { id: "took", title: said.took, align: "right", render: (one) => spanOf(one.duration_ms / 1000) },
];

function Errors({ telemetry }: { telemetry: RunTelemetry }) {
  return (
    <Section title={said.errors}>
      <PlainTable
        caption={said.errors}
        columns={errorColumns}
        rows={telemetry.errors}
        rowId={(one) => `${one.trace_id} ${one.span_id}`}
      />
    </Section>
  );
}
