import { Group, NativeSelect, Stack, Text } from "@mantine/core";
import { texts } from "@/texts";
import { JobLink, LineageLink, RunLink, TableLink } from "@/ui/links";
import { Moment } from "@/ui/Moment";
import { Panel } from "@/ui/Panel";
import { ToneBadge } from "@/ui/ToneBadge";
import { SPANS } from "./address";
import { ChangeList } from "./ChangeList";
import type { Changes, ColumnChange, Overview } from "./questions";

const said = texts.home;

interface ChangesPanelProps {
  overview: Overview;
  hours: number;
  choose: (hours: number) => void;
}

/** What came, went and changed since a time that people choose. */
export function ChangesPanel({ overview, hours, choose }: ChangesPanelProps) {
  const spans: Record<string, string> = said.spans;
  const options = SPANS.map((span) => ({ value: String(span), label: spans[String(span)] ?? "" }));
  return (
    <Panel
      title={said.changes}
      aside={
        <NativeSelect
          aria-label={said.since}
          size="xs"
          data={options}
          value={String(hours)}
          onChange={(event) => choose(Number(event.currentTarget.value))}
        />
      }
    >
      <What changes={overview.changes} datasets={overview.datasets} />
    </Panel>
  );
}

function What({ changes, datasets }: { changes: Changes; datasets: number }) {
  const lists = [
    changes.schemas.count,
    changes.datasets_came.count,
    changes.datasets_went.count,
    changes.jobs_came.count,
    changes.jobs_went.count,
    changes.arrows_came.count,
    changes.arrows_went.count,
  ];
  if (lists.every((count) => count === 0)) return <Text c="dimmed">{said.nothingChanged}</Text>;
  const isAllNew = datasets > 0 && changes.datasets_came.count >= datasets;
  return (
    <Stack gap="md">
      {isAllNew && <Text c="dimmed">{said.allNew}</Text>}
      <ChangeList title={said.schemas} count={changes.schemas.count} shown={4}>
        {changes.schemas.datasets.map((one) => (
          <Schema key={`${one.dataset.namespace} ${one.dataset.name}`} changed={one} />
        ))}
      </ChangeList>
      <ChangeList
        title={said.newTables}
        count={changes.datasets_came.count}
        shown={isAllNew ? 4 : 10}
        isInline
      >
        {changes.datasets_came.names.map((one) => (
          <TableLink key={`${one.namespace} ${one.name}`} {...one} />
        ))}
      </ChangeList>
      <ChangeList title={said.goneTables} count={changes.datasets_went.count} isInline>
        {changes.datasets_went.names.map((one) => (
          <span key={`${one.namespace} ${one.name}`}>{one.name}</span>
        ))}
      </ChangeList>
      <ChangeList
        title={said.newJobs}
        count={changes.jobs_came.count}
        shown={isAllNew ? 4 : 10}
        isInline
      >
        {changes.jobs_came.names.map((one) => (
          <JobLink key={`${one.namespace} ${one.name}`} {...one} />
        ))}
      </ChangeList>
      <ChangeList title={said.goneJobs} count={changes.jobs_went.count} isInline>
        {changes.jobs_went.names.map((one) => (
          <span key={`${one.namespace} ${one.name}`}>{one.name}</span>
        ))}
      </ChangeList>
      <ArrowList title={said.arrowsCame} found={changes.arrows_came} />
      <ArrowList title={said.arrowsWent} found={changes.arrows_went} />
      {changes.partial && (
        <Text size="sm" c="dimmed">
          {texts.shared.partial}: {changes.reason}
        </Text>
      )}
    </Stack>
  );
}

function Schema({ changed }: { changed: Changes["schemas"]["datasets"][number] }) {
  return (
    <div>
      <TableLink {...changed.dataset} />{" "}
      {changed.breaking && <ToneBadge tone="bad">{said.breakingBadge}</ToneBadge>}
      <Text size="sm">{changed.changes.map(wordsOf).join("; ")}</Text>
      <Group gap="sm" fz="xs" c="dimmed">
        <Moment at={changed.at} />
        {changed.run && <RunLink id={changed.run}>{said.seeRun}</RunLink>}
      </Group>
    </div>
  );
}

function wordsOf(change: ColumnChange): string {
  return said.change[change.change](change.column, change.before, change.after);
}

function ArrowList({ title, found }: { title: string; found: Changes["arrows_came"] }) {
  return (
    <ChangeList title={title} count={found.count} shown={5}>
      {found.arrows.map((one) => (
        <LineageLink
          key={`${one.job.namespace} ${one.job.name} ${one.direction} ${one.dataset.name}`}
          kind="job"
          {...one.job}
        >
          {one.job.name} {one.direction === "input" ? said.reads : said.writes} {one.dataset.name}
        </LineageLink>
      ))}
    </ChangeList>
  );
}
