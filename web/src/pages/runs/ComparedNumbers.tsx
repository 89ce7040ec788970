import { Text } from "@mantine/core";
import { texts } from "@/texts";
import { TableLink } from "@/ui/links";
import { countOf, sizeOf } from "@/ui/numbers";
import { type PlainColumn, PlainTable } from "@/ui/PlainTable";
import { Section } from "@/ui/Section";
import { growthOf } from "./compare";
import type { RunComparison } from "./questions";

const said = texts.runs;

interface Line {
  namespace: string;
  name: string;
  direction: "input" | "output";
  number: string;
  before: number | null;
  after: number | null;
}

/** How much two runs read and wrote of each dataset. */
export function ComparedNumbers({ found }: { found: RunComparison }) {
  const lines = found.datasets.flatMap((dataset): Line[] =>
    dataset.statistics.map((one) => ({
      namespace: dataset.namespace,
      name: dataset.name,
      direction: dataset.direction,
      number: one.name,
      before: one.before,
      after: one.after,
    })),
  );
  if (lines.length === 0) return null;
  return (
    <Section title={said.numbers}>
      <PlainTable
        caption={said.numbers}
        columns={columns}
        rows={lines}
        rowId={(line) => `${line.direction} ${line.namespace}\n${line.name}\n${line.number}`}
      />
    </Section>
  );
}

const columns: PlainColumn<Line>[] = [
  {
    id: "dataset",
    title: said.dataset,
    render: (line) => (
      <>
        <TableLink namespace={line.namespace} name={line.name} />
        <Text size="xs" c="dimmed">
          {said.direction[line.direction]}
        </Text>
      </>
    ),
  },
  { id: "number", title: said.number, render: (line) => line.number },
  { id: "before", title: said.before, align: "right", render: (l) => shown(l, l.before) },
  { id: "after", title: said.after, align: "right", render: (l) => shown(l, l.after) },
  {
    id: "difference",
    title: said.difference,
    align: "right",
    render: (line) => {
      if (line.before === null || line.after === null) return "–";
      const growth = growthOf(line.before, line.after);
      return growth ? (
        <Text span size="sm" fw={600}>
          {growth}
        </Text>
      ) : (
        <Text span size="sm" c="dimmed">
          =
        </Text>
      );
    },
  },
];

function shown(line: Line, value: number | null): string {
  return line.number === "size" || line.number === "bytes" ? sizeOf(value) : countOf(value);
}
