import { Alert, Group, Stack } from "@mantine/core";
import { apiRoot } from "@/api/place";
import { texts } from "@/texts";
import { Answer } from "@/ui/Answer";
import { CodeView } from "@/ui/CodeView";
import { Empty } from "@/ui/Empty";
import { PageLink } from "@/ui/links";
import type { EventsSearch } from "./address";
import { EventFilters } from "./EventFilters";
import { EventsTable } from "./EventsTable";
import { useEvents } from "./questions";

const said = texts.events;

/** The log, a page of it, with what chooses. */
export function Log({ search }: { search: EventsSearch }) {
  const events = useEvents(search);
  const { after, ...rest } = search;
  return (
    <Stack gap="md">
      <EventFilters search={search} />
      <Answer
        question={events}
        empty={{
          when: (data) => data.events.length === 0 && !data.partial,
          show: <Nothing isFiltered={Object.keys(search).length > 0} />,
        }}
      >
        {(data) => (
          <>
            {data.partial && <Alert color="var(--hw-warn)">{said.partial}</Alert>}
            <EventsTable events={data.events} search={search} />
            <Group gap="md" fz="sm">
              {after !== undefined && (
                <PageLink to="/events" search={{ ...rest }}>
                  {said.firstPage}
                </PageLink>
              )}
              {data.next !== null && (
                <PageLink to="/events" search={{ ...rest, after: data.next }}>
                  {said.more}
                </PageLink>
              )}
            </Group>
          </>
        )}
      </Answer>
    </Stack>
  );
}

function Nothing({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered) return <Empty title={said.emptyFiltered}>{said.emptyFilteredHint}</Empty>;
  return (
    <Empty title={said.empty}>
      {said.emptyHint}
      <CodeView code={`OPENLINEAGE_URL=${apiRoot}`} label={said.emptyHint} />
    </Empty>
  );
}
