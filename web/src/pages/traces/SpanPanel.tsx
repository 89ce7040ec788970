import { CloseButton, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { marksOf } from "@/graph/services";
import type { Stretch, TraceTree } from "@/graph/trace";
import { texts } from "@/texts";
import { Answer } from "@/ui/Answer";
import { CopyButton } from "@/ui/CopyButton";
import { JobLink, RunLink, TraceLink } from "@/ui/links";
import { Name } from "@/ui/Name";
import { RunState } from "@/ui/RunState";
import { ServiceMark } from "@/ui/ServiceMark";
import { momentOf, spanOf } from "@/ui/time";
import { Attributes } from "./Attributes";
import { Part } from "./Part";
import { type Outline, type SpanPage, useSpan } from "./questions";
import { SpanEvents } from "./SpanEvents";
import { SpanLogs } from "./SpanLogs";
import { Datasets } from "./TraceRuns";
import classes from "./traces.module.css";

const said = texts.trace;

interface PanelProps {
  trace: Outline;
  tree: TraceTree;
  path: readonly Stretch[];
  id: string;
  row: number | undefined;
  close: () => void;
}

/** All that is known of one span, beside the rows. */
export function SpanPanel(props: PanelProps) {
  const { trace, tree, id, row, close } = props;
  const page = useSpan(trace.trace_id, id);
  const span = row === undefined ? undefined : tree.span[row];
  const name = span === undefined ? said.notFoundSpan : trace.names[trace.spans.name[span] ?? 0];
  return (
    <Paper component="aside" withBorder p="sm" aria-label={said.span}>
      <Group justify="space-between" align="flex-start" wrap="nowrap" mb={4}>
        <Title order={2} size="h5" style={{ overflowWrap: "anywhere" }}>
          <Name of={name ?? ""} />
        </Title>
        <CloseButton size="sm" aria-label={said.closeSpan} onClick={close} />
      </Group>
      {span !== undefined && row !== undefined && <Times {...props} span={span} row={row} />}
      <Answer question={page}>
        {(data) => (
          <Stack gap="xs">
            {data.message && (
              <Text size="sm" c="var(--hw-bad)" fw={600} style={{ overflowWrap: "anywhere" }}>
                {data.message}
              </Text>
            )}
            <RunOf trace={trace} page={data} />
            <Events page={data} />
            <Part title={said.attributes}>
              <Attributes attributes={data.attributes} />
            </Part>
            <SpanLogs page={data} />
            <Links page={data} />
            <Part title={said.resource}>
              <Attributes attributes={data.resource} />
            </Part>
            <Ids page={data} />
          </Stack>
        )}
      </Answer>
    </Paper>
  );
}

function Times({ trace, tree, path, span, row }: PanelProps & { span: number; row: number }) {
  const service = trace.services[trace.spans.service[span] ?? 0] ?? "";
  const kind = trace.kinds[trace.spans.kind[span] ?? 0] ?? "";
  const kinds: Record<string, string> = said.kinds;
  const critical = path
    .filter((one) => one.row === row)
    .reduce((sum, one) => sum + one.to - one.from, 0);
  const seconds = (milliseconds: number | undefined) => spanOf((milliseconds ?? 0) / 1000);
  const facts = [
    said.took(seconds(trace.spans.duration_ms[span])),
    said.own(seconds(tree.own[row])),
    ...(trace.spans.offset_ms[span] ? [said.began(seconds(trace.spans.offset_ms[span]))] : []),
    ...(critical > 0 ? [said.onPath(seconds(critical))] : []),
  ];
  return (
    <>
      <Group gap={6} mb={2}>
        <ServiceMark mark={marksOf(trace.services)(service)} />
        <Text size="sm">
          {service}
          {kinds[kind] && `, ${kinds[kind]}`}
        </Text>
      </Group>
      <Text size="sm" c="dimmed" mb="xs">
        {facts.join(" · ")}
      </Text>
    </>
  );
}

function RunOf({ trace, page }: { trace: Outline; page: SpanPage }) {
  const id = page.run_id;
  if (!id) return null;
  const run = trace.runs.find((one) => one.id === id);
  return (
    <dl className={classes.pair}>
      <dt>{said.run}</dt>
      <dd>
        <Group gap={6}>
          {run && <RunState state={run.state} />}
          <RunLink id={id} />
        </Group>
      </dd>
      {run && (
        <>
          <dt>{said.job}</dt>
          <dd>
            <JobLink {...run.job} />
          </dd>
          <dt>{said.reads}</dt>
          <dd>
            <Datasets names={run.inputs} />
          </dd>
          <dt>{said.writes}</dt>
          <dd>
            <Datasets names={run.outputs} />
          </dd>
        </>
      )}
    </dl>
  );
}

function Events({ page }: { page: SpanPage }) {
  if (page.events.length === 0) return null;
  return (
    <Part title={said.events}>
      <SpanEvents events={page.events} />
    </Part>
  );
}

function Links({ page }: { page: SpanPage }) {
  if (page.links.length === 0) return null;
  return (
    <Part title={said.links}>
      <Stack gap={2}>
        {page.links.map((one) => (
          <Text size="sm" key={`${one.trace_id} ${one.span_id}`}>
            <TraceLink id={one.trace_id} span={one.span_id}>
              {one.trace_id.slice(0, 8)} / {one.span_id}
            </TraceLink>
          </Text>
        ))}
      </Stack>
    </Part>
  );
}

function Ids({ page }: { page: SpanPage }) {
  const rows: [string, string][] = [
    [said.spanId, page.span_id],
    [said.traceId, page.trace_id],
  ];
  return (
    <dl className={classes.pair}>
      {rows.map(([title, id]) => (
        <div key={title} style={{ display: "contents" }}>
          <dt>{title}</dt>
          <dd>
            {id} <CopyButton text={id} label={`${texts.shared.copy}: ${title}`} />
          </dd>
        </div>
      ))}
      <dt>{texts.traces.started}</dt>
      <dd>{momentOf(page.start)}</dd>
      {page.scope && (
        <>
          <dt>{said.scope}</dt>
          <dd>{page.scope}</dd>
        </>
      )}
    </dl>
  );
}
