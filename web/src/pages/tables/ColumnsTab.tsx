import { Stack, Text, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import { nodeId } from "@/api/node";
import { texts } from "@/texts";
import { type Column, DataTable } from "@/ui/DataTable";
import { Empty } from "@/ui/Empty";
import { PageLink } from "@/ui/links";
import { Section } from "@/ui/Section";
import type { ColumnEnd, DatasetColumn, DatasetHead } from "./questions";
import classes from "./tables.module.css";

const said = texts.tables;
const MOST_ENDS = 4;
const MANY_COLUMNS = 12;

/** The columns of a dataset, what each is made of and what it feeds. */
export function ColumnsTab({ head }: { head: DatasetHead }) {
  const [words, setWords] = useState("");
  const columns = useColumns(head);
  const sought = words.trim().toLowerCase();
  const rows = useMemo(
    () => head.columns.filter((one) => one.name.toLowerCase().includes(sought)),
    [head.columns, sought],
  );
  if (head.columns.length === 0) {
    return <Empty title={said.noColumns}>{said.noColumnsHint}</Empty>;
  }
  return (
    <Stack gap="md">
      {head.columns.length >= MANY_COLUMNS && (
        <TextInput
          size="xs"
          maw={280}
          type="search"
          aria-label={said.findColumn}
          placeholder={said.findColumn}
          leftSection={<IconSearch size={14} aria-hidden />}
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
      )}
      <DataTable
        caption={said.tabs.columns}
        columns={columns}
        rows={rows}
        rowId={(one) => one.name}
        height={720}
      />
      {head.rows_depend_on.length > 0 && (
        <Section title={said.rowsDependOn}>
          <Ends ends={head.rows_depend_on} own={head} most={20} />
        </Section>
      )}
    </Stack>
  );
}

function useColumns(head: DatasetHead) {
  return useMemo<Column<DatasetColumn>[]>(() => {
    const hasWords = head.columns.some((one) => one.description || one.tags.length > 0);
    const found: Column<DatasetColumn>[] = [
      {
        id: "column",
        title: said.column,
        value: (one) => one.name,
        render: (one) => (
          <PageLink
            to="/lineage"
            search={{ node: nodeId("datasetField", head.namespace, head.name, one.name) }}
          >
            <span className={classes.mono} title={said.graphOfColumn(one.name)}>
              {one.name}
            </span>
          </PageLink>
        ),
      },
      {
        id: "type",
        title: said.type,
        value: (one) => one.type,
        render: (one) => (
          <span className={classes.mono}>
            {one.type}
            {one.required && (
              <Text span size="xs" c="dimmed">
                {" "}
                {said.required}
              </Text>
            )}
          </span>
        ),
      },
      {
        id: "made",
        title: said.madeOf,
        value: (one) => one.made_of[0]?.name,
        render: (one) => <MadeOf ends={one.made_of} own={head} />,
      },
      {
        id: "feeds",
        title: said.feeds,
        value: (one) => one.feeds[0]?.name,
        render: (one) => <Ends ends={one.feeds} own={head} most={MOST_ENDS} />,
      },
    ];
    if (hasWords) {
      found.splice(2, 0, {
        id: "words",
        title: said.description,
        value: (one) => one.description,
        render: (one) => <ColumnWords column={one} />,
      });
    }
    return found;
  }, [head]);
}

function ColumnWords({ column }: { column: DatasetColumn }) {
  return (
    <>
      {column.description && <Text size="sm">{column.description}</Text>}
      {column.tags.map((tag) => (
        <span key={tag.value} className={classes.tag}>
          {tag.value}
        </span>
      ))}
    </>
  );
}

/** What a column's values come from; what only decides about them is told when it is asked for. */
function MadeOf({ ends, own }: { ends: readonly ColumnEnd[]; own: DatasetHead }) {
  const direct = ends.filter((end) => end.kind !== "INDIRECT");
  const indirect = ends.filter((end) => end.kind === "INDIRECT");
  if (indirect.length === 0) return <Ends ends={direct} own={own} most={MOST_ENDS} />;
  return (
    <>
      {direct.length > 0 && <Ends ends={direct} own={own} most={MOST_ENDS} />}
      <details>
        <summary>
          <Text span size="xs" c="var(--hw-accent)">
            {said.dependsOn(indirect.length)}
          </Text>
        </summary>
        <List ends={indirect} own={own} />
      </details>
    </>
  );
}

interface EndsProps {
  ends: readonly ColumnEnd[];
  own: DatasetHead;
  most: number;
}

/** Columns at the other end, the first of them until all are asked for. */
function Ends({ ends, own, most }: EndsProps) {
  if (ends.length === 0) {
    return (
      <Text span size="sm" c="dimmed">
        {said.nothingKnown}
      </Text>
    );
  }
  return (
    <>
      <List ends={ends.slice(0, most)} own={own} />
      {ends.length > most && (
        <details>
          <summary>
            <Text span size="xs" c="var(--hw-accent)">
              {said.moreEnds(ends.length - most)}
            </Text>
          </summary>
          <List ends={ends.slice(most)} own={own} />
        </details>
      )}
    </>
  );
}

function List({ ends, own }: { ends: readonly ColumnEnd[]; own: DatasetHead }) {
  return (
    <ul className={classes.ends}>
      {ends.map((end) => (
        <li key={`${end.namespace}\n${end.name}\n${end.column}\n${end.job}\n${end.subtype}`}>
          {end.namespace !== own.namespace && (
            <Text span size="xs" c="dimmed">
              {end.namespace}{" "}
            </Text>
          )}
          <PageLink to="/tables/table" search={{ namespace: end.namespace, name: end.name }} isName>
            {end.name}
          </PageLink>
          {end.column === null ? (
            <Text span size="xs" c="dimmed">
              {" "}
              {said.wholeTable}
            </Text>
          ) : (
            <span className={classes.mono}>.{end.column}</span>
          )}
          {end.subtype && end.subtype !== "IDENTITY" && (
            <Text span size="xs" c="dimmed">
              {" "}
              {end.subtype.toLowerCase().replaceAll("_", " ")}
            </Text>
          )}
          {end.masked && (
            <Text span size="xs" c="var(--hw-warn)">
              {" "}
              {said.masked}
            </Text>
          )}
        </li>
      ))}
    </ul>
  );
}
