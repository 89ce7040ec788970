import { Badge, Stack, Text } from "@mantine/core";
import { texts } from "@/texts";
import { Name } from "@/ui/Name";
import { type PlainColumn, PlainTable } from "@/ui/PlainTable";
import { Section } from "@/ui/Section";
import type { RunComparison } from "./questions";

const said = texts.runs;
type Difference = RunComparison["difference"];

/** What came, went or changed between two runs: lineage, schemas, facets. */
export function ComparedChanges({ found }: { found: RunComparison }) {
  return (
    <Stack gap="lg">
      <Lineage difference={found.difference} />
      <Schemas difference={found.difference} />
      <Facets found={found} />
    </Stack>
  );
}

interface LineageLine {
  id: string;
  isAdded: boolean;
  words: string;
}

function Lineage({ difference }: { difference: Difference }) {
  const lines = [...lineageOf(difference, "added"), ...lineageOf(difference, "removed")];
  return (
    <Section title={said.lineageChanges}>
      {lines.length === 0 ? (
        <None words={said.noLineageChanges} />
      ) : (
        <PlainTable
          caption={said.lineageChanges}
          columns={lineageColumns}
          rows={lines}
          rowId={(line) => `${line.isAdded} ${line.id}`}
        />
      )}
    </Section>
  );
}

const lineageColumns: PlainColumn<LineageLine>[] = [
  {
    id: "change",
    title: said.change,
    width: "7rem",
    render: (line) => <Came isAdded={line.isAdded} />,
  },
  {
    id: "what",
    title: said.lineageChanges,
    render: (line) => <Name of={line.words} />,
  },
];

function lineageOf(difference: Difference, side: "added" | "removed"): LineageLine[] {
  const isAdded = side === "added";
  const nodes = difference.nodes[side].map((node) => ({
    id: node.id,
    isAdded,
    words: `${node.kind} ${node.name}`,
  }));
  const columns = difference.columns[side].map((arrow) => ({
    id: `${arrow.from} ${arrow.to} ${arrow.how}`,
    isAdded,
    words: `${plain(arrow.from)} → ${plain(arrow.to)}${arrow.how ? ` (${arrow.how.toLowerCase()})` : ""}`,
  }));
  return [...nodes, ...columns];
}

/** The name in the id of a node, without its kind and namespace. */
function plain(id: string): string {
  const [, , ...name] = id.split(":");
  return name.map(decodeURIComponent).join(" . ");
}

interface SchemaLine {
  dataset: string;
  column: string;
  change: string;
  before: string | null;
  after: string | null;
  isBreaking: boolean;
}

function Schemas({ difference }: { difference: Difference }) {
  const lines = difference.changed.flatMap((node): SchemaLine[] =>
    node.schema.map((one) => ({
      dataset: node.name,
      column: one.column,
      change: one.change,
      before: one.before,
      after: one.after,
      isBreaking: one.breaking,
    })),
  );
  return (
    <Section title={said.schemas}>
      {lines.length === 0 ? (
        <None words={said.noSchemaChanges} />
      ) : (
        <PlainTable
          caption={said.schemas}
          columns={schemaColumns}
          rows={lines}
          rowId={(line) => `${line.dataset} ${line.column} ${line.change}`}
        />
      )}
    </Section>
  );
}

const schemaColumns: PlainColumn<SchemaLine>[] = [
  { id: "dataset", title: said.dataset, render: (line) => line.dataset },
  { id: "column", title: said.column, render: (line) => line.column },
  {
    id: "change",
    title: said.change,
    render: (line) => (
      <>
        {line.change.replaceAll("_", " ")}{" "}
        {line.isBreaking && (
          <Badge size="xs" color="var(--hw-bad)" variant="light" tt="none">
            {said.breaking}
          </Badge>
        )}
      </>
    ),
  },
  { id: "before", title: said.before, render: (line) => line.before ?? "–" },
  { id: "after", title: said.after, render: (line) => line.after ?? "–" },
];

interface FacetLine {
  of: string;
  facet: string;
  path: string;
  change: string;
  before: string | null;
  after: string | null;
}

function Facets({ found }: { found: RunComparison }) {
  const lines = facetsOf(found);
  return (
    <Section title={said.facetChanges}>
      {lines.length === 0 ? (
        <None words={said.noFacetChanges} />
      ) : (
        <PlainTable
          caption={said.facetChanges}
          columns={facetColumns}
          rows={lines}
          rowId={(line) => `${line.of} ${line.facet} ${line.path}`}
        />
      )}
    </Section>
  );
}

function facetsOf(found: RunComparison): FacetLine[] {
  const all = [
    { of: said.run, facets: found.run_facets },
    ...found.difference.changed.map((node) => ({ of: node.name, facets: node.facets })),
  ];
  return all.flatMap(({ of, facets }) =>
    facets.flatMap((facet): FacetLine[] => {
      const line = { of, facet: facet.facet, change: facet.change };
      if (facet.members.length === 0) return [{ ...line, path: "", before: null, after: null }];
      const members = facet.members.map((one) => ({ ...line, ...one, path: one.path }));
      if (facet.more_members === 0) return members;
      const more = said.moreMembers(facet.more_members);
      return [...members, { ...line, path: more, before: null, after: null }];
    }),
  );
}

const facetColumns: PlainColumn<FacetLine>[] = [
  { id: "of", title: said.of, render: (line) => line.of },
  {
    id: "facet",
    title: said.facet,
    render: (line) => (
      <span style={{ overflowWrap: "anywhere" }}>
        {line.facet}
        {line.path}
      </span>
    ),
  },
  { id: "change", title: said.change, render: (line) => said.was(line.change) },
  { id: "before", title: said.before, render: (line) => <Value text={line.before} /> },
  { id: "after", title: said.after, render: (line) => <Value text={line.after} /> },
];

function Value({ text }: { text: string | null }) {
  if (text === null) return <>–</>;
  return (
    <Text
      span
      size="xs"
      ff="monospace"
      lineClamp={4}
      style={{ overflowWrap: "anywhere" }}
      title={text}
    >
      {text}
    </Text>
  );
}

function Came({ isAdded }: { isAdded: boolean }) {
  return (
    <Text span size="sm" fw={600} style={{ color: `var(--hw-${isAdded ? "added" : "removed"})` }}>
      {isAdded ? said.added : said.removed}
    </Text>
  );
}

function None({ words }: { words: string }) {
  return (
    <Text size="sm" c="dimmed">
      {words}
    </Text>
  );
}
