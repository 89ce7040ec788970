import { ActionIcon, Text, TextInput, UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconChevronRight, IconSearch } from "@tabler/icons-react";
import type { UseQueryResult } from "@tanstack/react-query";
import { useState } from "react";
import { texts } from "@/texts";
import { Answer } from "@/ui/Answer";
import { Empty } from "@/ui/Empty";
import { countOf } from "@/ui/numbers";
import type { SqlCatalogue, SqlTable } from "./questions";
import classes from "./sql.module.css";
import { foundTables } from "./tree";

const said = texts.sql;
const MOST_SHOWN = 200;

interface TableTreeProps {
  catalogue: UseQueryResult<SqlCatalogue, Error>;
  insert: (text: string) => void;
}

/** The tables by zone with their columns; a name that is pressed is written into the statement. */
export function TableTree({ catalogue, insert }: TableTreeProps) {
  const [words, setWords] = useState("");
  return (
    <>
      <TextInput
        size="xs"
        mb="xs"
        type="search"
        aria-label={said.findTable}
        placeholder={said.findTable}
        leftSection={<IconSearch size={14} aria-hidden />}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      <Answer
        question={catalogue}
        empty={{
          when: (data) => data.tables.length === 0,
          show: <Empty title={said.noTables}>{said.noTablesHint}</Empty>,
        }}
      >
        {(data) => <Tree tables={data.tables} words={words} insert={insert} />}
      </Answer>
    </>
  );
}

interface TreeProps {
  tables: readonly SqlTable[];
  words: string;
  insert: (text: string) => void;
}

function Tree({ tables, words, insert }: TreeProps) {
  const found = foundTables(tables, words);
  if (found.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {said.noTableFound}
      </Text>
    );
  }
  return (
    <ul className={classes.tree}>
      {found.slice(0, MOST_SHOWN).map(({ table, hasColumn }) => (
        <Branch key={table.table} table={table} isFound={hasColumn} insert={insert} words={words} />
      ))}
    </ul>
  );
}

interface BranchProps {
  table: SqlTable;
  isFound: boolean;
  words: string;
  insert: (text: string) => void;
}

function Branch({ table, isFound, words, insert }: BranchProps) {
  const [opened, setOpened] = useState<boolean>();
  const isOpen = opened ?? isFound;
  const sought = words.trim().toLowerCase();
  const shown = isFound
    ? table.columns.filter((column) => column.name.toLowerCase().includes(sought))
    : table.columns;
  return (
    <li>
      <div className={classes.branch}>
        <ActionIcon
          size={24}
          variant="subtle"
          color="var(--hw-text-soft)"
          aria-expanded={isOpen}
          aria-label={said.columnsOf(table.table)}
          onClick={() => setOpened(!isOpen)}
        >
          {isOpen ? <IconChevronDown size={14} /> : <IconChevronRight size={14} />}
        </ActionIcon>
        <UnstyledButton
          className={classes.entry}
          title={said.insert(table.table)}
          onClick={() => insert(table.table)}
        >
          <span className={classes.word}>{table.table}</span>
          <span className={classes.kind}>{table.rows === null ? "" : countOf(table.rows)}</span>
        </UnstyledButton>
      </div>
      {isOpen && (
        <ul className={classes.leaves}>
          {shown.map((column) => (
            <li key={column.name}>
              <UnstyledButton
                className={classes.entry}
                title={said.insert(column.name)}
                onClick={() => insert(column.name)}
              >
                <span className={classes.word}>{column.name}</span>
                <span className={classes.kind} title={column.type}>
                  {column.type}
                </span>
              </UnstyledButton>
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}
