import { useMemo } from "react";
import { texts } from "@/texts";
import { JobLink, RunLink } from "@/ui/links";
import { Moment } from "@/ui/Moment";
import { Name } from "@/ui/Name";
import { Note } from "@/ui/Note";
import { type PlainColumn, PlainTable } from "@/ui/PlainTable";
import { RunBars } from "@/ui/RunBars";
import { RunState } from "@/ui/RunState";
import { usualMilliseconds } from "@/ui/runs";
import { TagBadge } from "@/ui/TagBadge";
import { spanOf } from "@/ui/time";
import classes from "./JobLines.module.css";
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
        render: (job) => <JobName job={job} hasNamespace={hasNamespaces} />,
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

function JobName({ job, hasNamespace }: { job: JobLine; hasNamespace: boolean }) {
  return (
    <div className={classes.name}>
      {hasNamespace && (
        <Note>
          <Name of={job.namespace} />
        </Note>
      )}
      <div>
        <JobLink namespace={job.namespace} name={job.name} />
      </div>
      {job.tags.length > 0 && (
        <div className={classes.tags}>
          {job.tags.map((tag) => (
            <TagBadge key={tag} size="xs">
              {tag}
            </TagBadge>
          ))}
        </div>
      )}
      {job.description && (
        <Note isOneLine title={job.description}>
          {job.description}
        </Note>
      )}
    </div>
  );
}

function Kind({ job }: { job: JobLine }) {
  const { integration, kind, processing } = job.kind;
  const words = [integration, kind, processing].filter((word) => word !== null);
  return (
    <span className={classes.kind}>{words.map((word) => word.toLowerCase()).join(" · ")}</span>
  );
}

function Last({ job }: { job: JobLine }) {
  const last = job.runs[0];
  if (last === undefined) return <span className={classes.none}>{said.noRuns}</span>;
  return (
    <span className={classes.last}>
      <RunState state={last.state} />
      <RunLink id={last.id}>
        <Moment at={last.ended_at ?? last.started_at} />
      </RunLink>
    </span>
  );
}

function Took({ job }: { job: JobLine }) {
  const last = job.runs.find((run) => run.duration_ms !== null);
  if (last?.duration_ms == null) return <>–</>;
  const usual = usualMilliseconds(job.runs);
  return (
    <span className={classes.took}>
      {spanOf(last.duration_ms / 1000)}
      {usual !== undefined && job.runs.length > 2 && (
        <Note>{said.usually(spanOf(usual / 1000))}</Note>
      )}
    </span>
  );
}
