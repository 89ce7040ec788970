import { Group, Stack } from "@mantine/core";
import { texts } from "@/texts";
import { Answer } from "@/ui/Answer";
import { PageLink, RunLink } from "@/ui/links";
import { isTime } from "@/ui/localTime";
import { Moment } from "@/ui/Moment";
import { sizeOf } from "@/ui/numbers";
import { PageHeader } from "@/ui/PageHeader";
import type { EventsSearch } from "./address";
import { EventBody } from "./EventBody";
import { EventPages } from "./EventPages";
import { About, EventType } from "./EventsTable";
import { type EventDetail, useEvent } from "./questions";

const said = texts.events;

/** One event: its JSON, and beside it what is off in it. */
export function EventPage({ search, sequence }: { search: EventsSearch; sequence: number }) {
  const event = useEvent(sequence);
  const { sequence: _, ...list } = search;
  return (
    <>
      <PageHeader title={said.eventTitle(sequence)}>
        <PageLink to="/events" search={{ ...list }}>
          {said.back}
        </PageLink>
        {sequence > 1 && (
          <PageLink to="/events" search={{ ...search, sequence: sequence - 1 }}>
            {said.previous}
          </PageLink>
        )}
        <PageLink to="/events" search={{ ...search, sequence: sequence + 1 }}>
          {said.next}
        </PageLink>
      </PageHeader>
      <EventPages />
      <Answer question={event}>
        {(detail) => (
          <Stack gap="md">
            <Facts detail={detail} />
            <EventBody key={sequence} body={detail.body} findings={detail.findings} />
          </Stack>
        )}
      </Answer>
    </>
  );
}

function Facts({ detail: { event } }: { detail: EventDetail }) {
  return (
    <Group gap="md" fz="sm" role="group" aria-label={said.found}>
      <EventType event={event} />
      <About event={event} />
      {event.run && (
        <span>
          {said.run}: <RunLink id={event.run} />
        </span>
      )}
      {event.time && (
        <span>
          {said.time}: {isTime(event.time) ? <Moment at={event.time} /> : event.time}
        </span>
      )}
      <span>
        {said.received}: <Moment at={event.received_at} />
      </span>
      <span>
        {said.sentBy}: {event.principal}
      </span>
      <span>
        {said.size}: {sizeOf(event.size_bytes)}
      </span>
    </Group>
  );
}
