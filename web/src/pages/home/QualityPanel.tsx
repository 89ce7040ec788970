import { Text } from "@mantine/core";
import { texts } from "@/texts";
import { type Column, DataTable } from "@/ui/DataTable";
import { RunLink, TableLink } from "@/ui/links";
import { Moment } from "@/ui/Moment";
import { Panel } from "@/ui/Panel";
import { ToneBadge } from "@/ui/ToneBadge";
import type { Overview, QualityLine } from "./questions";

const said = texts.home;

const columns: Column<QualityLine>[] = [
  {
    id: "table",
    title: said.table,
    value: (one) => one.dataset.name,
    render: (one) => <TableLink {...one.dataset} />,
  },
  {
    id: "tests",
    title: said.testsColumn,
    value: (one) => -one.failed.length,
    render: (one) => <Tests line={one} />,
  },
  {
    id: "score",
    title: said.score,
    align: "right",
    value: (one) => one.score,
    render: (one) => (one.score === null ? "–" : `${(one.score * 100).toFixed(1)} %`),
  },
  {
    id: "at",
    title: said.testedAt,
    value: (one) => one.at,
    render: (one) => (
      <RunLink id={one.run}>
        <Moment at={one.at} />
      </RunLink>
    ),
  },
];

/** What the last runs tested, what failed first. */
export function QualityPanel({ overview }: { overview: Overview }) {
  const { quality } = overview;
  return (
    <Panel title={said.quality}>
      {quality.length === 0 ? (
        <Text c="dimmed">{said.noTests}</Text>
      ) : (
        <>
          <Text size="sm" c="dimmed" mb="xs">
            {said.qualityHint} {overview.quality_partial && said.qualityPartial}
          </Text>
          <DataTable
            caption={said.quality}
            columns={columns.filter(
              ({ id }) => id !== "score" || quality.some((one) => one.score !== null),
            )}
            rows={quality}
            rowId={(one) => `${one.dataset.namespace} ${one.dataset.name}`}
            height={360}
          />
        </>
      )}
    </Panel>
  );
}

function Tests({ line }: { line: QualityLine }) {
  const { passed, failed } = line;
  const words = said.passed(passed, passed + failed.length);
  if (failed.length === 0) {
    return passed === 0 ? "–" : <ToneBadge tone="good">{words}</ToneBadge>;
  }
  const names = failed.map((one) => (one.column ? `${one.name} (${one.column})` : one.name));
  return (
    <>
      <ToneBadge tone="bad">{words}</ToneBadge>
      <Text size="xs" c="dimmed">
        {names.join(", ")}
      </Text>
    </>
  );
}
