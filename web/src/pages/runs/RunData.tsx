import { Badge, Text } from "@mantine/core";
import { useMemo } from "react";
import { texts } from "@/texts";
import { PageLink, TableLink } from "@/ui/links";
import { countOf, sizeOf } from "@/ui/numbers";
import { type PlainColumn, PlainTable } from "@/ui/PlainTable";
import { Section } from "@/ui/Section";
import type { RunUse } from "./questions";

const said = texts.runs;

interface RunDataProps {
  title: string;
  uses: readonly RunUse[];
  none: string;
}

/** The datasets that a run read or wrote, how much of each, and which snapshot. */
export function RunData({ title, uses, none }: RunDataProps) {
  const columns = useMemo(() => columnsOf(uses), [uses]);
  return (
    <Section title={title} note={uses.length > 1 && String(uses.length)}>
      {uses.length === 0 ? (
        <Text size="sm" c="dimmed">
          {none}
        </Text>
      ) : (
        <PlainTable
          caption={title}
          columns={columns}
          rows={uses}
          rowId={(use) => `${use.namespace}\n${use.name}`}
        />
      )}
    </Section>
  );
}

function columnsOf(uses: readonly RunUse[]): PlainColumn<RunUse>[] {
  const columns: (PlainColumn<RunUse> | false)[] = [
    { id: "dataset", title: said.dataset, render: (use) => <Dataset use={use} /> },
    { id: "rows", title: said.rowCount, align: "right", render: (use) => countOf(use.rows) },
    uses.some((use) => use.bytes !== null) && {
      id: "size",
      title: said.size,
      align: "right",
      render: (use) => sizeOf(use.bytes),
    },
    uses.some((use) => use.tests.length > 0) && {
      id: "tests",
      title: said.tests,
      render: (use) => <Tests use={use} />,
    },
    uses.some((use) => use.snapshot !== null) && {
      id: "snapshot",
      title: said.snapshot,
      render: (use) => <Snapshot use={use} />,
    },
  ];
  return columns.filter((column) => column !== false);
}

function Dataset({ use }: { use: RunUse }) {
  return (
    <div style={{ overflowWrap: "anywhere", minWidth: "9rem" }}>
      <TableLink namespace={use.namespace} name={use.name} />
      {use.namespace !== "headwater" && (
        <Text size="xs" c="dimmed">
          {use.namespace}
        </Text>
      )}
      {use.part && (
        <Text size="xs" c="dimmed">
          {use.part}
        </Text>
      )}
    </div>
  );
}

function Tests({ use }: { use: RunUse }) {
  if (use.tests.length === 0) return <>–</>;
  const passed = use.tests.filter((test) => test.status === "pass").length;
  const tone = passed === use.tests.length ? "good" : "bad";
  return (
    <Badge
      variant="light"
      tt="none"
      styles={{ root: { color: `var(--hw-${tone})`, background: `var(--hw-${tone}-soft)` } }}
    >
      {said.passed(passed, use.tests.length)}
    </Badge>
  );
}

function Snapshot({ use }: { use: RunUse }) {
  if (use.snapshot === null) return <>–</>;
  const { namespace, name, snapshot } = use;
  return (
    <PageLink to="/tables/table" search={{ namespace, name, snapshot }}>
      <Text span size="xs" ff="monospace" title={snapshot}>
        {snapshot.length > 10 ? `…${snapshot.slice(-8)}` : snapshot}
      </Text>
    </PageLink>
  );
}
