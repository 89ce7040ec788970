import { Button, Group, Stack, Text, TextInput, Title } from "@mantine/core";
import { graphId } from "@/graph/answer";
import { countsOf, type Difference, facetsTold, isTold } from "@/graph/difference";
import { texts } from "@/texts";
import { Answer } from "@/ui/Answer";
import { isoOf, localOf } from "@/ui/localTime";
import { Name } from "@/ui/Name";
import { type BadgeTone, ToneBadge } from "@/ui/ToneBadge";
import classes from "../LineagePage.module.css";
import type { PanelProps } from "./SidePanel";

const said = texts.lineage;
const AGO = { hour: 3_600, day: 86_400, week: 604_800, month: 2_592_000 } as const;

/** What came, went and changed between two times. */
export function ChangesPanel(props: PanelProps) {
  const { drawing, moves } = props;
  const start = drawing.graph?.nodes.find((node) => node.id === drawing.start);
  const { since } = moves.search;
  return (
    <Stack gap="sm">
      <Title order={2} pr={24}>
        {said.changesTitle(start?.name ?? "")}
      </Title>
      <TextInput
        size="xs"
        type="datetime-local"
        step={1}
        label={said.changesSince}
        value={localOf(since, "second")}
        onChange={(event) => {
          const time = isoOf(event.currentTarget.value);
          if (time) moves.change({ since: time });
        }}
      />
      <Group gap={4}>
        {(Object.keys(AGO) as (keyof typeof AGO)[]).map((one) => (
          <Button
            key={one}
            size="compact-xs"
            variant="default"
            onClick={() => moves.change({ since: ago(AGO[one], moves.search.at) })}
          >
            {said.sinceChoices[one]}
          </Button>
        ))}
      </Group>
      <Answer question={drawing.questions.difference} partial={(data) => data.reason}>
        {(data) => <Found difference={data} {...props} />}
      </Answer>
    </Stack>
  );
}

function ago(seconds: number, at: string | undefined): string {
  return new Date((at ? Date.parse(at) : Date.now()) - seconds * 1000).toISOString();
}

function Found({ difference, actions, fly }: PanelProps & { difference: Difference }) {
  const counts = countsOf(difference);
  const changed = difference.changed.filter(isTold);
  if (Object.values(counts).every((one) => one === 0)) {
    return (
      <Text size="sm" role="status">
        {said.changesNone}
      </Text>
    );
  }
  const go = (id: string) => {
    actions.select(id);
    fly(id);
  };
  return (
    <Stack gap="sm">
      <Text size="sm" role="status">
        {[
          counts.edgesAdded > 0 && said.arrowsCame(counts.edgesAdded),
          counts.edgesRemoved > 0 && said.arrowsWent(counts.edgesRemoved),
        ]
          .filter(Boolean)
          .join(", ")}
      </Text>
      <ul className={classes.list}>
        {difference.nodes.added.map((one) => (
          <Line key={one.id} node={one} word={said.came} tone="good" go={go} />
        ))}
        {difference.nodes.removed.map((one) => (
          <Line key={one.id} node={one} word={said.went} tone="bad" go={go} />
        ))}
        {changed.map((one) => (
          <Line key={one.id} node={one} word={said.changed} tone="warn" go={go}>
            <Said node={one} />
          </Line>
        ))}
      </ul>
    </Stack>
  );
}

interface LineProps {
  node: Difference["nodes"]["added"][number];
  word: string;
  tone: BadgeTone;
  go: (id: string) => void;
  children?: React.ReactNode;
}

function Line({ node, word, tone, go, children }: LineProps) {
  const kind = node.kind === "job" ? "job" : "dataset";
  return (
    <li>
      <button
        type="button"
        className={classes.row}
        onClick={() => go(graphId(kind, node.namespace, node.name))}
      >
        <ToneBadge isSmall tone={tone}>
          {word}
        </ToneBadge>
        <strong>
          <Name of={node.name} />
        </strong>
        <span className={`${classes.soft} ${classes.push}`}>{said.kinds[kind]}</span>
        {children}
      </button>
    </li>
  );
}

function Said({ node }: { node: Difference["changed"][number] }) {
  const facets = facetsTold(node).filter((one) => one !== "schema" && one !== "columnLineage");
  return (
    <span style={{ width: "100%" }}>
      {node.schema.map((one) => (
        <span key={`${one.change} ${one.column}`} style={{ display: "block" }}>
          <span className={classes.mono}>{one.column}</span>{" "}
          {said.columnChange[one.change] ?? one.change}
          {one.before && one.after && (
            <span className={classes.mono}>
              {" "}
              {one.before} → {one.after}
            </span>
          )}{" "}
          {one.breaking && (
            <ToneBadge isSmall tone="bad">
              {said.breaking}
            </ToneBadge>
          )}
        </span>
      ))}
      {node.sql && <span style={{ display: "block" }}>{said.sqlChanged}</span>}
      {facets.length > 0 && (
        <span className={classes.soft} style={{ display: "block" }}>
          {said.facetsChanged(facets.join(", "))}
        </span>
      )}
    </span>
  );
}
