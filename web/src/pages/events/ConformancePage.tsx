import { Button, Code, Group, NativeSelect, Stack, Text } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { texts } from "@/texts";
import { Answer } from "@/ui/Answer";
import { Empty } from "@/ui/Empty";
import { PageLink } from "@/ui/links";
import { countOf } from "@/ui/numbers";
import { PageHeader } from "@/ui/PageHeader";
import { Panel } from "@/ui/Panel";
import { type PlainColumn, PlainTable } from "@/ui/PlainTable";
import { ToneBadge } from "@/ui/ToneBadge";
import { type ConformanceSearch, LEVELS, readConformanceSearch } from "./address";
import { EventPages } from "./EventPages";
import { type Level, type Mistake, type Producer, useConformance } from "./questions";

const said = texts.events;
const TONES = { info: "busy", warning: "warn", error: "bad" } as const;

/** What each producer sends that is not as the schemas have it. */
export function ConformancePage() {
  const search = useSearch({ from: "/events/conformance" });
  const { producer, level = "warning" } = search;
  const report = useConformance(level);
  return (
    <>
      <PageHeader title={said.conformanceTitle} about={said.conformanceAbout}>
        <LevelChoice search={search} />
      </PageHeader>
      <EventPages />
      <Answer
        question={report}
        empty={{
          when: (data) => data.entries === 0,
          show: <Empty title={said.noEvents}>{said.emptyHint}</Empty>,
        }}
      >
        {(data) => (
          <Stack gap="md">
            <Group gap="md" fz="sm">
              <Text size="sm" c="dimmed">
                {said.looked(countOf(data.checked), countOf(data.entries))}
              </Text>
              {data.partial && (
                <Button
                  size="xs"
                  variant="default"
                  loading={report.isFetching}
                  onClick={() => void report.refetch()}
                >
                  {said.lookFurther}
                </Button>
              )}
              {producer && <PageLink to="/events/conformance">{said.allProducers}</PageLink>}
            </Group>
            {data.producers
              .filter((one) => producer === undefined || one.producer === producer)
              .map((one) => (
                <ProducerPanel key={one.producer} producer={one} />
              ))}
          </Stack>
        )}
      </Answer>
    </>
  );
}

function LevelChoice({ search }: { search: ConformanceSearch }) {
  const navigate = useNavigate({ from: "/events/conformance" });
  return (
    <NativeSelect
      aria-label={said.level}
      value={search.level ?? "warning"}
      onChange={(event) =>
        void navigate({
          search: readConformanceSearch({ ...search, level: event.currentTarget.value as Level }),
        })
      }
      data={LEVELS.map((value) => ({ value, label: said.levels[value] }))}
    />
  );
}

function ProducerPanel({ producer }: { producer: Producer }) {
  const name = producer.producer || said.noProducer;
  return (
    <Panel
      title={name}
      aside={
        <Text span size="sm">
          <PageLink to="/events" search={{ producer: producer.producer }}>
            {said.eventsOf(producer.events)}
          </PageLink>
        </Text>
      }
    >
      {producer.findings.length === 0 ? (
        <Text c="dimmed" size="sm">
          {said.clean}
        </Text>
      ) : (
        <PlainTable
          caption={said.mistakes(name)}
          columns={columns}
          rows={producer.findings}
          rowId={(one) => `${one.rule} ${one.pattern} ${one.message}`}
        />
      )}
      {producer.more_kinds && (
        <Text size="sm" c="dimmed">
          {said.moreKinds}
        </Text>
      )}
    </Panel>
  );
}

const columns: PlainColumn<Mistake>[] = [
  {
    id: "severity",
    title: said.severity,
    render: (one) => (
      <ToneBadge tone={TONES[one.severity]}>{said.severities[one.severity]}</ToneBadge>
    ),
  },
  {
    id: "where",
    title: said.where,
    render: (one) => <Code>{one.pattern || said.whole}</Code>,
  },
  { id: "what", title: said.what, render: (one) => one.message },
  {
    id: "events",
    title: said.inEvents,
    align: "right",
    render: (one) => countOf(one.events),
  },
  {
    id: "examples",
    title: said.examples,
    render: (one) => (
      <Group gap="xs" wrap="nowrap">
        {one.examples.map(({ sequence }) => (
          <PageLink key={sequence} to="/events" search={{ sequence }}>
            {sequence}
          </PageLink>
        ))}
      </Group>
    ),
  },
];
