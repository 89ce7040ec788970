import { texts } from "@/texts";
import { JobLink, PageLink, RunLink, TableLink } from "@/ui/links";
import { isTime } from "@/ui/localTime";
import { Moment } from "@/ui/Moment";
import { type PlainColumn, PlainTable } from "@/ui/PlainTable";
import { type BadgeTone, ToneBadge } from "@/ui/ToneBadge";
import type { EventsSearch } from "./address";
import classes from "./events.module.css";
import type { EventLine } from "./questions";

const said = texts.events;
const TONES: Record<string, BadgeTone> = {
  START: "busy",
  RUNNING: "busy",
  COMPLETE: "good",
  FAIL: "bad",
  ABORT: "warn",
};

interface EventsTableProps {
  events: readonly EventLine[];
  search: EventsSearch;
}

/** Events in the order of the log; the number leads to the event. */
export function EventsTable({ events, search }: EventsTableProps) {
  return (
    <PlainTable
      caption={said.table}
      columns={columnsFor(search)}
      rows={events}
      rowId={(one) => String(one.sequence)}
    />
  );
}

function columnsFor(search: EventsSearch): PlainColumn<EventLine>[] {
  const { after: _, ...rest } = search;
  return [
    {
      id: "sequence",
      title: said.sequence,
      align: "right",
      render: (one) => (
        <PageLink to="/events" search={{ ...search, sequence: one.sequence }}>
          {one.sequence}
        </PageLink>
      ),
    },
    { id: "time", title: said.time, render: (one) => <When event={one} /> },
    { id: "type", title: said.type, render: (one) => <EventType event={one} /> },
    { id: "about", title: said.about1, render: (one) => <About event={one} /> },
    {
      id: "run",
      title: said.run,
      render: (one) => (one.run ? <RunLink id={one.run} /> : "–"),
    },
    {
      id: "flow",
      title: said.flow,
      render: (one) =>
        one.kind === "run" || one.kind === "job" ? (
          <span className={classes.whole} title={said.flowTitle(one.inputs, one.outputs)}>
            {said.flowOf(one.inputs, one.outputs)}
          </span>
        ) : (
          "–"
        ),
    },
    { id: "findings", title: said.findings, render: (one) => <Counts event={one} /> },
    {
      id: "producer",
      title: said.producer,
      render: (one) =>
        one.producer && (
          <span className={classes.producer} title={one.producer}>
            <PageLink to="/events" search={{ ...rest, producer: one.producer }}>
              {shortOf(one.producer)}
            </PageLink>
          </span>
        ),
    },
  ];
}

function When({ event }: { event: EventLine }) {
  return (
    <span className={classes.whole}>
      {event.time && !isTime(event.time) ? (
        event.time
      ) : (
        <Moment at={event.time ?? event.received_at} />
      )}
    </span>
  );
}

/** The type of an event, or what else it is. */
export function EventType({ event }: { event: EventLine }) {
  const words = event.type ?? said.kinds[event.kind];
  return <ToneBadge tone={TONES[words.toUpperCase()] ?? "idle"}>{words}</ToneBadge>;
}

/** What an event is about: a job or a dataset. */
export function About({ event }: { event: EventLine }) {
  if (event.job) return <JobLink {...event.job} />;
  if (event.dataset) return <TableLink {...event.dataset} />;
  return <span className={classes.soft}>{event.principal}</span>;
}

function Counts({ event }: { event: EventLine }) {
  if (event.errors === 0 && event.warnings === 0) {
    return <span className={classes.soft}>{said.fine}</span>;
  }
  return (
    <span className={classes.counts}>
      {event.errors > 0 && <ToneBadge tone="bad">{said.errors(event.errors)}</ToneBadge>}
      {event.warnings > 0 && <ToneBadge tone="warn">{said.warnings(event.warnings)}</ToneBadge>}
    </span>
  );
}

/** What tells one producer from another at the end of its URI. */
function shortOf(producer: string): string {
  const parts = producer.replace(/\/+$/, "").split("/");
  return parts.slice(-2).join("/");
}
