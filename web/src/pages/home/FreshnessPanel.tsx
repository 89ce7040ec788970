import { Text } from "@mantine/core";
import { texts } from "@/texts";
import { type Column, DataTable } from "@/ui/DataTable";
import { PageLink, TableLink } from "@/ui/links";
import { Moment } from "@/ui/Moment";
import { Panel } from "@/ui/Panel";
import { ToneBadge } from "@/ui/ToneBadge";
import { spanOf } from "@/ui/time";
import classes from "./FreshnessPanel.module.css";
import type { FreshnessLine, Overview } from "./questions";

const said = texts.home;
const TONES = { fresh: "good", late: "warn" } as const;

const columns: Column<FreshnessLine>[] = [
  {
    id: "table",
    title: said.table,
    value: (one) => one.table,
    render: (one) => (
      <TableLink namespace={one.namespace} name={one.table}>
        {one.table.replace(/^curated\./, "")}
      </TableLink>
    ),
  },
  {
    id: "written",
    title: said.written,
    value: (one) => one.written_at,
    render: (one) => (
      <span className={classes.whole}>
        <Moment at={one.written_at} />
      </span>
    ),
  },
  {
    id: "rhythm",
    title: said.rhythm,
    value: (one) => one.usual_seconds,
    render: (one) =>
      one.usual_seconds === null ? "–" : said.rhythmEvery(spanOf(Math.round(one.usual_seconds))),
  },
  {
    id: "state",
    title: said.state,
    value: (one) => one.state,
    render: (one) => <State state={one.state} />,
  },
];

/** When each curated table was written, against its own rhythm. */
export function FreshnessPanel({ overview }: { overview: Overview }) {
  const { freshness, freshness_count: all } = overview;
  return (
    <Panel
      title={said.freshness}
      aside={
        <Text span size="sm">
          <PageLink to="/tables">{said.freshnessAll}</PageLink>
        </Text>
      }
    >
      {freshness.length === 0 ? (
        <Text c="dimmed">{said.noCurated}</Text>
      ) : (
        <DataTable
          caption={said.freshness}
          columns={columns.filter(
            ({ id }) => id !== "rhythm" || freshness.some((one) => one.usual_seconds !== null),
          )}
          rows={freshness}
          rowId={(one) => one.table}
        />
      )}
      {freshness.length < all && (
        <Text size="sm" c="dimmed">
          {said.freshnessMore(freshness.length, all)}
        </Text>
      )}
    </Panel>
  );
}

function State({ state }: { state: FreshnessLine["state"] }) {
  if (state !== "unknown") return <ToneBadge tone={TONES[state]}>{said.states[state]}</ToneBadge>;
  return (
    <Text span size="sm" c="dimmed" className={classes.whole}>
      {said.tooFew}
    </Text>
  );
}
