import { Button, Group, Stack, Text } from "@mantine/core";
import { useSearch } from "@tanstack/react-router";
import { useSession } from "@/api/session";
import { texts } from "@/texts";
import { Answer } from "@/ui/Answer";
import { Empty } from "@/ui/Empty";
import { PageLink } from "@/ui/links";
import { Moment } from "@/ui/Moment";
import { PageHeader } from "@/ui/PageHeader";
import { Panel } from "@/ui/Panel";
import { type PlainColumn, PlainTable } from "@/ui/PlainTable";
import { EventPages } from "./EventPages";
import classes from "./events.module.css";
import { type RefusedLine, useRefusedEvents, useReplayAllRefused } from "./questions";
import { RefusedPanel } from "./RefusedPanel";

const said = texts.events;

/** Events that were refused: why, and a way to fix, replay and delete them. */
export function RefusedPage() {
  const { key, after } = useSearch({ from: "/events/refused" });
  const refused = useRefusedEvents(after);
  return (
    <>
      <PageHeader title={said.refusedTitle} about={said.refusedAbout} />
      <EventPages />
      <Answer
        question={refused}
        empty={{
          when: (data) => data.waiting === 0 && key === undefined,
          show: <Empty title={said.refusedEmpty}>{said.refusedEmptyHint}</Empty>,
        }}
        partial={(data) => (data.dropped > 0 ? said.dropped(data.dropped) : null)}
      >
        {(data) => (
          <div className={classes.grid}>
            <Panel title={said.waiting(data.waiting)} aside={<ReplayAll count={data.waiting} />}>
              <PlainTable
                caption={said.refusedTitle}
                columns={columns}
                rows={data.dead_letters}
                rowId={(one) => one.key}
              />
              <Group gap="md" mt="sm" fz="sm">
                {after && <PageLink to="/events/refused">{said.firstPage}</PageLink>}
                {data.next && (
                  <PageLink to="/events/refused" search={{ after: data.next }}>
                    {said.more}
                  </PageLink>
                )}
              </Group>
            </Panel>
            <Panel title={said.refusedOpen}>
              {key === undefined ? (
                <Text c="dimmed">{said.choose}</Text>
              ) : (
                <RefusedPanel key={key} name={key} />
              )}
            </Panel>
          </div>
        )}
      </Answer>
    </>
  );
}

const columns: PlainColumn<RefusedLine>[] = [
  {
    id: "at",
    title: said.refusedAt,
    render: (one) => (
      <span className={classes.whole}>
        <PageLink to="/events/refused" search={{ key: one.key }}>
          <Moment at={one.received_at} />
        </PageLink>
      </span>
    ),
  },
  {
    id: "reason",
    title: said.refusedReason,
    render: (one) => (
      <>
        {one.path && <strong>{one.path} </strong>}
        {one.reason}
      </>
    ),
  },
  { id: "from", title: said.refusedFrom, render: (one) => one.principal },
];

function ReplayAll({ count }: { count: number }) {
  const replay = useReplayAllRefused();
  const mayWrite = useSession().data?.actions.includes("write") ?? true;
  return (
    <Stack gap={4} align="end">
      <Button
        size="xs"
        variant="default"
        loading={replay.isPending}
        disabled={!mayWrite || count === 0}
        onClick={() => replay.mutate()}
      >
        {said.replayAll(count)}
      </Button>
      <Text size="xs" role="status">
        {replay.data && said.replayed(replay.data.accepted, replay.data.rejected)}
        {replay.isError && replay.error.message}
      </Text>
    </Stack>
  );
}
