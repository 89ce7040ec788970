import { IconAlertTriangleFilled } from "@tabler/icons-react";
import { texts } from "@/texts";
import { type Column, DataTable } from "@/ui/DataTable";
import { RunLink, TraceLink } from "@/ui/links";
import { Moment } from "@/ui/Moment";
import { Note } from "@/ui/Note";
import { countOf } from "@/ui/numbers";
import { RunState } from "@/ui/RunState";
import { spanOf } from "@/ui/time";
import type { FoundTrace } from "./questions";
import classes from "./traces.module.css";

const said = texts.traces;

/** Traces as a table; the twin of the picture above it. */
export function TraceList({ traces }: { traces: readonly FoundTrace[] }) {
  const longest = Math.max(...traces.map((one) => one.duration_ms), 1e-6);
  return (
    <DataTable
      caption={said.title}
      columns={columnsWith(longest)}
      rows={traces}
      rowId={(one) => one.trace_id}
    />
  );
}

function columnsWith(longest: number): Column<FoundTrace>[] {
  return [
    {
      id: "trace",
      title: said.trace,
      value: (one) => `${one.service} ${one.operation}`,
      render: (one) => (
        <div className={classes.traceName}>
          <TraceLink id={one.trace_id}>{one.operation || said.noRoot}</TraceLink>
          <Note>{one.service || one.trace_id}</Note>
        </div>
      ),
    },
    {
      id: "runs",
      title: said.runs,
      value: (one) => one.runs[0]?.job.name,
      render: (one) => <Runs trace={one} />,
    },
    {
      id: "started",
      title: said.started,
      value: (one) => one.start,
      render: (one) => (
        <span className={classes.started}>
          <Moment at={one.start} />
        </span>
      ),
    },
    {
      id: "duration",
      title: said.duration,
      value: (one) => one.duration_ms,
      render: (one) => (
        <div className={classes.duration}>
          {spanOf(one.duration_ms / 1000)}
          <div aria-hidden style={{ width: `${(100 * one.duration_ms) / longest}%` }} />
        </div>
      ),
      align: "right",
    },
    {
      id: "spans",
      title: said.spans,
      value: (one) => one.spans,
      render: (one) => countOf(one.spans),
      align: "right",
    },
    {
      id: "errors",
      title: said.errors,
      value: (one) => one.errors,
      render: (one) => <Errors count={one.errors} />,
      align: "right",
    },
    {
      id: "services",
      title: said.services,
      value: (one) => one.services.length,
      render: (one) => <span>{one.services.map((service) => service.name).join(", ")}</span>,
    },
  ];
}

function Runs({ trace }: { trace: FoundTrace }) {
  const run = trace.runs[0];
  if (!run) return null;
  const more = trace.run_ids.length - 1;
  return (
    <div className={classes.runs}>
      <RunState state={run.state} />
      <RunLink id={run.id}>{run.job.name}</RunLink>
      {more > 0 && <Note isInline>{said.moreRuns(more)}</Note>}
    </div>
  );
}

function Errors({ count }: { count: number }) {
  if (count === 0) return <span className={classes.noErrors}>0</span>;
  return (
    <span className={classes.failed}>
      <IconAlertTriangleFilled size={13} aria-hidden /> {countOf(count)}
    </span>
  );
}
