import { Text } from "@mantine/core";
import { texts } from "@/texts";
import { type Column, DataTable } from "@/ui/DataTable";
import { PageLink, TableLink } from "@/ui/links";
import { Moment } from "@/ui/Moment";
import { Panel } from "@/ui/Panel";
import { ToneBadge } from "@/ui/ToneBadge";
import { spanOf } from "@/ui/time";
import type { FreshnessLine, Overview } from "./questions";

const said = texts.home;
const TONES = { fresh: "good", late: "warn", unknown: "idle" } as const;

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
    render: (one) => <Moment at={one.written_at} />,
  },
  {
    id: "rhythm",
    title: said.rhythm,
    value: (one) => one.usual_seconds,
    render: (one) =>
      one.usual_seconds === null ? (
        <Text span size="sm" c="dimmed">
          {said.tooFew(one.writes)}
        </Text>
      ) : (
        said.rhythmEvery(spanOf(Math.round(one.usual_seconds)))
      ),
  },
  {
    id: "state",
    title: said.state,
    value: (one) => one.state,
    render: (one) => <ToneBadge tone={TONES[one.state]}>{said.states[one.state]}</ToneBadge>,
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
          columns={columns}
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
