import { Tabs } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { texts } from "@/texts";
import { History } from "./History";
import type { OwnStatement } from "./history";
import type { SqlCatalogue } from "./questions";
import classes from "./sql.module.css";
import { TableTree } from "./TableTree";

const said = texts.sql;

interface SidePanelProps {
  catalogue: UseQueryResult<SqlCatalogue, Error>;
  own: readonly OwnStatement[];
  insert: (text: string) => void;
  use: (statement: string) => void;
}

/** What can be named in a statement, and what was asked before. */
export function SidePanel({ catalogue, own, insert, use }: SidePanelProps) {
  return (
    <aside className={classes.side} aria-label={said.side}>
      <Tabs defaultValue="tables" keepMounted={false}>
        <Tabs.List mb="xs">
          <Tabs.Tab value="tables">{said.sides.tables}</Tabs.Tab>
          <Tabs.Tab value="history">{said.sides.history}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="tables">
          <TableTree catalogue={catalogue} insert={insert} />
        </Tabs.Panel>
        <Tabs.Panel value="history">
          <History own={own} use={use} />
        </Tabs.Panel>
      </Tabs>
    </aside>
  );
}
