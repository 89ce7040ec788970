import { Table } from "@mantine/core";
import type { ReactNode } from "react";
import cells from "./cells.module.css";
import classes from "./DataTable.module.css";
import { SideScroll } from "./SideScroll";

const FIGURE = `${cells.cell} ${cells.right} ${classes.figure}`;

/** A column of a plain table. */
export interface PlainColumn<Row> {
  id: string;
  title: string;
  render: (row: Row) => ReactNode;
  align?: "left" | "right";
  width?: string;
}

interface PlainTableProps<Row> {
  /** What the table is of, for people who cannot see it. */
  caption: string;
  columns: readonly PlainColumn<Row>[];
  rows: readonly Row[];
  rowId: (row: Row) => string;
}

/** Rows in the order of the server, a page of many or a few; `DataTable` is for what sorts here. */
export function PlainTable<Row>({ caption, columns, rows, rowId }: PlainTableProps<Row>) {
  return (
    <SideScroll label={caption}>
      <Table className={classes.table} verticalSpacing={6}>
        <caption className={classes.caption}>{caption}</caption>
        <Table.Thead>
          <Table.Tr>
            {columns.map((column) => (
              <Table.Th key={column.id} w={column.width} ta={column.align ?? "left"}>
                {column.title}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <tr key={rowId(row)} className={cells.row}>
              {columns.map((column) => (
                <td key={column.id} className={column.align === "right" ? FIGURE : cells.cell}>
                  {column.render(row)}
                </td>
              ))}
            </tr>
          ))}
        </Table.Tbody>
      </Table>
    </SideScroll>
  );
}
