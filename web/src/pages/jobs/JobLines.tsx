import { Badge, Group, Text } from "@mantine/core";
import { useMemo } from "react";
import { texts } from "@/texts";
import { JobLink, RunLink } from "@/ui/links";
import { Moment } from "@/ui/Moment";
import { type PlainColumn, PlainTable } from "@/ui/PlainTable";
import { RunBars } from "@/ui/RunBars";
import { RunState } from "@/ui/RunState";
import { usualMilliseconds } from "@/ui/runs";
import { spanOf } from "@/ui/time";
import type { JobLine } from "./questions";

const said = texts.jobs;

interface JobLinesProps {
  jobs: readonly JobLine[];
  /** Whether jobs of several namespaces may stand side by side. */
  hasNamespaces: boolean;
}

/** Jobs as a table: what each is, how it went last, and the trend of its runs. */
export function JobLines({ jobs, hasNamespaces }: JobLinesProps) {
  const columns = useMemo<PlainColumn<JobLine>[]>(
    () => [
      {
        id: "job",
        title: said.job,
        render: (job) => <Name job={job} hasNamespace={hasNamespaces} />,
      },
      { id: "kind", title: said.kind, render: (job) => <Kind job={job} /> },
      { id: "last", title: said.lastRun, render: (job) => <Last job={job} /> },
      { id: "runs", title: said.lastRuns, render: (job) => <RunBars runs={job.runs} /> },
      { id: "took", title: said.took, align: "right", render: (job) => <Took job={job} /> },
    ],
    [hasNamespaces],
  );
  return (
    <PlainTable
      caption={said.caption}
      columns={columns}
      rows={jobs}
      rowId={(job) => `${job.namespace}\n${job.name}`}
    />
  );
}

function Name({ job, hasNamespace }: { job: JobLine; hasNamespace: boolean }) {
  return (
    <div style={{ minWidth: "12rem", maxWidth: "34rem", overflowWrap: "anywhere" }}>
      {hasNamespace && (
        <Text size="xs" c="dimmed">
          {job.namespace}
        </Text>
      )}
      <div>
        <JobLink namespace={job.namespace} name={job.name} />
      </div>
      {job.tags.length > 0 && (
        <Group gap={4}>
          {job.tags.map((tag) => (
            <Badge key={tag} size="xs" variant="default" tt="none">
              {tag}
            </Badge>
          ))}
        </Group>
      )}
      {job.description && (
        <Text size="xs" c="dimmed" lineClamp={1} title={job.description}>
          {job.description}
        </Text>
      )}
    </div>
  );
}

function Kind({ job }: { job: JobLine }) {
  const { integration, kind, processing } = job.kind;
  const words = [integration, kind, processing].filter((word) => word !== null);
  return (
    <Text span size="xs" c="dimmed" style={{ whiteSpace: "nowrap" }}>
      {words.map((word) => word.toLowerCase()).join(" · ")}
    </Text>
  );
}

function Last({ job }: { job: JobLine }) {
  const last = job.runs[0];
  if (last === undefined) {
    return (
      <Text span size="sm" c="dimmed">
        {said.noRuns}
      </Text>
    );
  }
  return (
    <Group gap="xs" wrap="nowrap">
      <RunState state={last.state} />
      <Text span size="sm" style={{ whiteSpace: "nowrap" }}>
        <RunLink id={last.id}>
          <Moment at={last.ended_at ?? last.started_at} />
        </RunLink>
      </Text>
    </Group>
  );
}

function Took({ job }: { job: JobLine }) {
  const last = job.runs.find((run) => run.duration_ms !== null);
  if (last?.duration_ms == null) return <>–</>;
  const usual = usualMilliseconds(job.runs);
  return (
    <span style={{ whiteSpace: "nowrap" }}>
      {spanOf(last.duration_ms / 1000)}
      {usual !== undefined && job.runs.length > 2 && (
        <Text size="xs" c="dimmed">
          {said.usually(spanOf(usual / 1000))}
        </Text>
      )}
    </span>
  );
}
