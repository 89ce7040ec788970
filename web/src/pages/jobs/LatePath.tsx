import { Alert, Badge, Stack, Text } from "@mantine/core";
import { IconClockExclamation } from "@tabler/icons-react";
import { useMemo } from "react";
import { nodeId } from "@/api/node";
import type { components } from "@/api/schema";
import { texts } from "@/texts";
import { Answer } from "@/ui/Answer";
import { Empty } from "@/ui/Empty";
import { JobLink, RunLink, TableLink } from "@/ui/links";
import { Moment } from "@/ui/Moment";
import { type PlainColumn, PlainTable } from "@/ui/PlainTable";
import { spanOf } from "@/ui/time";
import { useCriticalPath } from "./questions";

const said = texts.jobs;
type Path = components["schemas"]["CriticalPathAnswer"];
type Step = Path["steps"][number];

/** Why a job is late: the runs that its last complete one had to wait for. */
export function LatePath({ namespace, name }: { namespace: string; name: string }) {
  const question = useCriticalPath(nodeId("job", namespace, name));
  return (
    <Answer
      question={question}
      partial={(path) => (path.partial ? said.latePartial : null)}
      empty={{
        when: (path) => path.steps.length === 0,
        show: <Empty title={said.lateNone}>{said.lateNoneHint}</Empty>,
      }}
    >
      {(path) => <Steps path={path} />}
    </Answer>
  );
}

function Steps({ path }: { path: Path }) {
  const { dominant } = path;
  const columns = useMemo(() => columnsOf(dominant), [dominant]);
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {said.lateAbout}
      </Text>
      {dominant && (
        <Alert color="var(--hw-warn)" icon={<IconClockExclamation />}>
          {(dominant.what === "run" ? said.lateRun : said.lateWait)(
            dominant.job.name,
            spanOf(dominant.ms / 1000),
          )}
        </Alert>
      )}
      <PlainTable
        caption={said.late}
        columns={columns}
        rows={path.steps}
        rowId={(step) => step.run_id}
      />
    </Stack>
  );
}

function columnsOf(dominant: Path["dominant"]): PlainColumn<Step>[] {
  const isLongest = (step: Step, what: "run" | "wait") =>
    dominant?.run_id === step.run_id && dominant.what === what;
  return [
    { id: "through", title: said.through, render: (step) => <Through step={step} /> },
    {
      id: "waited",
      title: said.waited,
      render: (step) => <Span ms={step.waited_ms} isLongest={isLongest(step, "wait")} />,
      align: "right",
    },
    { id: "job", title: said.job, render: (step) => <StepJob step={step} /> },
    {
      id: "took",
      title: said.worked,
      render: (step) => <Span ms={step.took_ms} isLongest={isLongest(step, "run")} />,
      align: "right",
    },
    {
      id: "ended",
      title: said.ended,
      render: (step) => (
        <RunLink id={step.run_id}>
          <Moment at={step.ended_at ?? step.started_at} />
        </RunLink>
      ),
    },
  ];
}

function Through({ step }: { step: Step }) {
  if (step.through === null) return <>–</>;
  return <TableLink namespace={step.through.namespace} name={step.through.name} />;
}

function StepJob({ step }: { step: Step }) {
  return (
    <>
      <JobLink namespace={step.job.namespace} name={step.job.name} />{" "}
      {step.later && (
        <Text component="div" size="xs">
          <RunLink id={step.later.run_id} isInText>
            {said.later(texts.shared.states[step.later.state as "FAILED"] ?? step.later.state)}
          </RunLink>
        </Text>
      )}
    </>
  );
}

function Span({ ms, isLongest }: { ms: number | null; isLongest: boolean }) {
  if (ms === null) return <>–</>;
  const words = ms < 0 ? said.overlap(spanOf(-ms / 1000)) : spanOf(ms / 1000);
  return (
    <span style={{ whiteSpace: "nowrap" }}>
      {isLongest && (
        <Badge size="xs" variant="light" color="var(--hw-warn)" tt="none" mr={6}>
          {said.longest}
        </Badge>
      )}
      {words}
    </span>
  );
}
