import { texts } from "@/texts";
import { RunLink } from "@/ui/links";
import { Moment } from "@/ui/Moment";
import { type PlainColumn, PlainTable } from "@/ui/PlainTable";
import { RunState } from "@/ui/RunState";
import { spanOf } from "@/ui/time";
import { growthOf } from "./compare";
import type { RunComparison } from "./questions";

const said = texts.runs;
type Compared = RunComparison["before"];

interface Line {
  label: string;
  show: (run: Compared) => React.ReactNode;
  difference?: string | undefined;
}

/** How two runs went: their state, time, length and error. */
export function ComparedRuns({ found }: { found: RunComparison }) {
  const { before, after } = found;
  const columns: PlainColumn<Line>[] = [
    { id: "label", title: said.what, render: (line) => line.label, width: "9rem" },
    { id: "before", title: said.before, width: "32%", render: (line) => line.show(before) },
    { id: "after", title: said.after, width: "32%", render: (line) => line.show(after) },
    { id: "difference", title: said.difference, render: (line) => line.difference ?? "" },
  ];
  const lines: Line[] = [
    { label: said.run, show: (run) => <RunLink id={run.id}>{run.id}</RunLink> },
    { label: said.state, show: (run) => <RunState state={run.state} /> },
    {
      label: said.started,
      show: (run) => <Moment at={run.started_at ?? run.ended_at} />,
      difference: apart(before, after),
    },
    {
      label: said.took,
      show: (run) => (run.duration_ms === null ? "–" : spanOf(run.duration_ms / 1000)),
      difference: longer(before.duration_ms, after.duration_ms),
    },
  ];
  if (before.error !== null || after.error !== null) {
    lines.push({
      label: said.error,
      show: (run) => <span style={{ overflowWrap: "anywhere" }}>{run.error ?? "–"}</span>,
    });
  }
  return (
    <PlainTable
      caption={said.compareTitle}
      columns={columns}
      rows={lines}
      rowId={(line) => line.label}
    />
  );
}

function longer(before: number | null, after: number | null): string | undefined {
  if (before === null || after === null || before === after) return undefined;
  const by = spanOf(Math.abs(after - before) / 1000);
  const percent = growthOf(before, after)?.match(/\(.*\)/)?.[0] ?? "";
  return `${after > before ? "+" : "−"}${by} ${percent}`.trim();
}

function apart(before: Compared, after: Compared): string | undefined {
  if (before.started_at === null || after.started_at === null) return undefined;
  const seconds = (Date.parse(after.started_at) - Date.parse(before.started_at)) / 1000;
  return seconds === 0 ? undefined : `${seconds > 0 ? "+" : "−"}${spanOf(Math.abs(seconds))}`;
}
