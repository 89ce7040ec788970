import { Button, Group, Stack, Text, TextInput, Title } from "@mantine/core";
import {
  IconBolt,
  IconClockExclamation,
  IconFocus2,
  IconGitCompare,
  IconRoute,
} from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import type { GraphNode } from "@/graph/model";
import { texts } from "@/texts";
import { JobLink, RunLink, TableLink } from "@/ui/links";
import { Moment } from "@/ui/Moment";
import { Name } from "@/ui/Name";
import { countOf, sizeOf } from "@/ui/numbers";
import { RunState } from "@/ui/RunState";
import { ToneBadge } from "@/ui/ToneBadge";
import { spanOf } from "@/ui/time";
import classes from "../LineagePage.module.css";
import { fieldId } from "../moves";
import { modeChange } from "../Toolbar";
import type { PanelProps } from "./SidePanel";

const said = texts.lineage;
const MANY_COLUMNS = 8;

/** What a card is: facts, columns, and ways on. */
export function NodePanel(props: PanelProps & { node: GraphNode }) {
  const { node, moves } = props;
  return (
    <Stack gap="sm">
      <div>
        <Text size="xs" c="dimmed">
          {said.kinds[node.kind]} · {node.namespace}
        </Text>
        <Title order={2} pr={24}>
          <Name of={node.name || node.namespace} />
        </Title>
        {node.description && (
          <Text size="sm" mt={4}>
            {node.description}
          </Text>
        )}
      </div>
      <Links node={node} />
      {node.error && (
        <Text size="sm" c="var(--hw-bad)" style={{ overflowWrap: "anywhere" }}>
          {node.error}
        </Text>
      )}
      <Facts node={node} />
      {moves.search.at && (
        <Text size="xs" c="dimmed">
          {said.past}
        </Text>
      )}
      <Ways {...props} />
      {node.columns.length > 0 && <Columns {...props} />}
    </Stack>
  );
}

function Links({ node }: { node: GraphNode }) {
  if (node.kind === "group") return null;
  return (
    <Group gap="md" fz="sm">
      {node.kind === "dataset" ? (
        <TableLink namespace={node.namespace} name={node.name}>
          {said.openTable}
        </TableLink>
      ) : (
        <JobLink namespace={node.namespace} name={node.name}>
          {said.openJob}
        </JobLink>
      )}
      {node.run && <RunLink id={node.run}>{said.openRun}</RunLink>}
    </Group>
  );
}

function Facts({ node }: { node: GraphNode }) {
  if (node.kind === "group") return <Text size="sm">{said.members(node.members)}</Text>;
  const isJob = node.kind === "job";
  const tests = node.testsPassed + node.testsFailed;
  return (
    <dl className={classes.facts}>
      {node.state && (
        <Fact title={said.state}>
          <RunState state={node.state} />
        </Fact>
      )}
      {node.at && (
        <Fact title={isJob ? said.lastRun : said.freshness}>
          <Moment at={node.at} />
        </Fact>
      )}
      {isJob && node.durationMs !== null && (
        <Fact title={said.took}>{spanOf(node.durationMs / 1000)}</Fact>
      )}
      {!isJob && node.rows !== null && <Fact title={said.rows}>{countOf(node.rows)}</Fact>}
      {!isJob && node.sizeBytes !== null && <Fact title={said.size}>{sizeOf(node.sizeBytes)}</Fact>}
      {tests > 0 && (
        <Fact title={said.quality}>{said.tests(node.testsPassed, node.testsFailed)}</Fact>
      )}
      <Fact title={said.owners}>{node.owners.join(", ") || said.noOwner}</Fact>
      <Fact title={said.tags}>{node.tags.join(", ") || said.noTags}</Fact>
      {node.identities > 0 && <Fact title="">{said.identities(node.identities)}</Fact>}
    </dl>
  );
}

function Fact({ title, children }: { title: string; children: ReactNode }) {
  return (
    <>
      <dt>{title}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Ways({ node, moves, actions }: PanelProps & { node: GraphNode }) {
  const { search, change } = moves;
  if (node.kind === "group") return null;
  const ask = (mode: string) =>
    change({
      ...modeChange(mode, search),
      node: node.id,
      open: undefined,
      column: undefined,
      selected: undefined,
    });
  return (
    <Group gap={6}>
      {node.id !== search.node && (
        <Way icon={<IconFocus2 size={14} />} act={() => actions.start(node.id)}>
          {said.startHere}
        </Way>
      )}
      <Way icon={<IconRoute size={14} />} act={() => actions.path(node.id)}>
        {said.wholePath}
      </Way>
      <Way icon={<IconBolt size={14} />} act={() => ask("impact")}>
        {said.impact}
      </Way>
      <Way icon={<IconClockExclamation size={14} />} act={() => ask("cause")}>
        {said.cause}
      </Way>
      <Way icon={<IconGitCompare size={14} />} act={() => ask("changes")}>
        {said.changes}
      </Way>
    </Group>
  );
}

function Way({ icon, act, children }: { icon: ReactNode; act: () => void; children: ReactNode }) {
  return (
    <Button size="compact-xs" variant="default" leftSection={icon} onClick={act}>
      {children}
    </Button>
  );
}

function Columns({ node, moves, actions, drawing }: PanelProps & { node: GraphNode }) {
  const [words, setWords] = useState("");
  const shown = node.columns.filter((one) =>
    one.name.toLowerCase().includes(words.trim().toLowerCase()),
  );
  const { column } = drawing.questions;
  const isNowhere = column.data?.edges.length === 0;
  return (
    <section aria-label={said.columnsIn(node.name)}>
      <Group justify="space-between" mb={4}>
        <Title order={3}>
          {said.columns} <span className={classes.soft}>{countOf(node.columnCount)}</span>
        </Title>
        {node.columns.length > MANY_COLUMNS && (
          <TextInput
            type="search"
            size="xs"
            w={150}
            placeholder={said.findColumn}
            aria-label={said.findColumn}
            value={words}
            onChange={(event) => setWords(event.currentTarget.value)}
          />
        )}
      </Group>
      {isNowhere && moves.search.column && (
        <Text size="xs" c="dimmed" role="status">
          {said.columnNowhere}
        </Text>
      )}
      <ul className={classes.list}>
        {shown.map((one) => (
          <li key={one.name}>
            <button
              type="button"
              className={classes.row}
              aria-pressed={moves.search.column === fieldId(node, one.name)}
              title={one.description ?? said.lightColumn(one.name)}
              onClick={() => actions.light(node, one.name)}
            >
              <span className={classes.mono}>
                <Name of={one.name} />
              </span>
              {one.tags.map((tag) => (
                <ToneBadge key={tag} isSmall>
                  {tag}
                </ToneBadge>
              ))}
              <span className={`${classes.soft} ${classes.push}`}>{one.type}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
