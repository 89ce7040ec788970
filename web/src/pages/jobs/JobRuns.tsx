import { Paper, Stack } from "@mantine/core";
import { useMemo } from "react";
import { texts } from "@/texts";
import { Empty } from "@/ui/Empty";
import { PageLink } from "@/ui/links";
import { RunBars } from "@/ui/RunBars";
import { usualMilliseconds } from "@/ui/runs";
import { Section } from "@/ui/Section";
import { Timeline } from "@/ui/Timeline";
import { spanOf } from "@/ui/time";
import type { TimelineRun } from "@/ui/timeline/rows";
import type { Job } from "./questions";

const said = texts.jobs;
const LISTED = 20;

/** The runs of a job over time: how long each took, the latest along an axis, what is below them. */
export function JobRuns({ job }: { job: Job }) {
  const listed = useMemo(() => timelineOf(job), [job]);
  if (job.runs.length === 0) return <Empty title={said.noRunsYet}>{said.noRunsYetHint}</Empty>;
  const usual = usualMilliseconds(job.runs);
  return (
    <Stack gap="lg">
      {job.runs.length > 1 && (
        <Section
          title={said.trend}
          note={usual !== undefined && said.trendNote(spanOf(usual / 1000), job.runs.length)}
        >
          <Paper withBorder p="sm" bg="var(--hw-surface)">
            <RunBars runs={job.runs} isLarge />
          </Paper>
        </Section>
      )}
      <Section
        title={said.runs}
        note={
          <PageLink to="/runs" search={{ namespace: job.namespace, job: job.name }}>
            {said.runCount(job.run_count)}
          </PageLink>
        }
      >
        <Timeline caption={said.runs} runs={listed} isOneJob />
      </Section>
      {job.children.length > 0 && (
        <Section title={said.steps}>
          <Timeline caption={said.steps} runs={stepsOf(job)} />
        </Section>
      )}
    </Stack>
  );
}

/** The runs below the last run, in the order in which they began. */
function stepsOf(job: Job): TimelineRun[] {
  return [...job.children].reverse().map((run) => ({ ...run, parent: null }));
}

function timelineOf(job: Job): TimelineRun[] {
  const { namespace, name } = job;
  return job.runs.slice(0, LISTED).map((run) => ({
    ...run,
    job: { namespace, name },
    own_state: run.state,
    warning: false,
    parent: null,
  }));
}
