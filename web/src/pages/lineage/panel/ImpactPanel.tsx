import { Alert, NativeSelect, Stack, Text, Title } from "@mantine/core";
import { affectedOf, type Effect, type Impact } from "@/graph/impact";
import { texts } from "@/texts";
import { Answer } from "@/ui/Answer";
import { Name } from "@/ui/Name";
import { type BadgeTone, ToneBadge } from "@/ui/ToneBadge";
import { spanSince } from "@/ui/time";
import classes from "../LineagePage.module.css";
import { fieldId } from "../moves";
import { impactColumn } from "../useDrawing";
import type { PanelProps } from "./SidePanel";

const said = texts.lineage;
const TONES: Record<Effect, BadgeTone> = { direct: "bad", indirect: "warn", table: "warn" };

/** What breaks if a table, a job or a column changes. */
export function ImpactPanel(props: PanelProps) {
  const { drawing, moves } = props;
  const { search, change } = moves;
  const start = drawing.graph?.nodes.find((node) => node.id === drawing.start);
  const column = impactColumn(search);
  const name = start ? (column ? `${start.name}.${column}` : start.name) : "";
  return (
    <Stack gap="sm">
      <Title order={2} pr={24}>
        {said.impactTitle(name)}
      </Title>
      {start && start.columns.length > 0 && (
        <NativeSelect
          size="xs"
          label={said.impactOf}
          value={column ?? ""}
          data={[
            { value: "", label: said.wholeTable },
            ...start.columns.map((one) => ({ value: one.name, label: one.name })),
          ]}
          onChange={(event) => {
            const chosen = event.currentTarget.value;
            change({ column: chosen ? fieldId(start, chosen) : undefined });
          }}
        />
      )}
      <Answer question={drawing.questions.impact} partial={(data) => data.reason}>
        {(data) => <Found impact={data} {...props} />}
      </Answer>
    </Stack>
  );
}

function Found({ impact, actions, fly }: PanelProps & { impact: Impact }) {
  const affected = affectedOf(impact);
  const { datasets, jobs, failed_jobs: failed, owners } = impact.summary;
  if (affected.length === 0) {
    return (
      <Alert color="var(--hw-good)" title={said.impactNone}>
        {said.impactNoneHint}
      </Alert>
    );
  }
  return (
    <Stack gap="xs">
      <Text size="sm" fw={600} role="status">
        {said.impactSummary(datasets, jobs)}
      </Text>
      {failed > 0 && (
        <Text size="sm" c="var(--hw-bad)">
          {said.impactFailed(failed)}
        </Text>
      )}
      {owners.length > 0 && (
        <Text size="sm">
          {said.impactOwners}: {owners.join(", ")}
        </Text>
      )}
      <ul className={classes.list}>
        {affected.map((one) => (
          <li key={one.id}>
            <button
              type="button"
              className={classes.row}
              onClick={() => {
                actions.select(one.id);
                fly(one.id);
              }}
            >
              <ToneBadge isSmall tone={TONES[one.effect]} title={said.effectHints[one.effect]}>
                {said.effects[one.effect]}
              </ToneBadge>
              <strong>
                <Name of={one.name} />
              </strong>
              <Columns
                names={one.columns.filter((c) => c.effect === "direct").map((c) => c.name)}
              />
              <span className={classes.soft}>
                {[
                  `${said.kinds[one.kind]}, ${said.hops(one.distance)}`,
                  one.owners.join(", "),
                  one.at && spanSince(one.at),
                ]
                  .filter(Boolean)
                  .join(" · ")}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </Stack>
  );
}

const MOST_COLUMNS = 6;

function Columns({ names }: { names: readonly string[] }) {
  if (names.length === 0) return null;
  const more = names.length - MOST_COLUMNS;
  return (
    <span className={classes.mono} style={{ width: "100%", overflowWrap: "anywhere" }}>
      {names.slice(0, MOST_COLUMNS).join(", ")}
      {more > 0 && ` ${said.more(more)}`}
    </span>
  );
}
