import { ScrollArea, Table, UnstyledButton } from "@mantine/core";
import {
  type ColumnDef,
  createSortedRowModel,
  rowSortingFeature,
  sortFns,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useMemo, useRef } from "react";
import { texts } from "@/texts";
import cells from "./cells.module.css";
import classes from "./DataTable.module.css";

const ROW_PIXELS = 37;
const MOST_UNVIRTUALISED = 100;
const features = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns,
});

/** A column: what it sorts by, and what it shows where that is not the same. */
export interface Column<Row> {
  id: string;
  title: string;
  value: (row: Row) => string | number | boolean | null | undefined;
  render?: (row: Row) => ReactNode;
  align?: "left" | "right";
  width?: string;
}

interface DataTableProps<Row> {
  /** What the table is of, for people who cannot see it. */
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowId: (row: Row) => string;
  /** With more rows than fit, the height at which the table scrolls by itself. */
  height?: number;
}

/** Rows that can be sorted; of many only those in sight are drawn. */
export function DataTable<Row extends object>(props: DataTableProps<Row>) {
  const { caption, columns, rows, rowId, height = 560 } = props;
  const viewport = useRef<HTMLDivElement>(null);
  const definitions = useMemo(
    () =>
      columns.map(
        (column): ColumnDef<typeof features, Row> => ({
          id: column.id,
          accessorFn: (row) => column.value(row) ?? undefined,
          sortUndefined: "last",
        }),
      ),
    [columns],
  );
  const table = useTable({ features, columns: definitions, data: rows as Row[], getRowId: rowId });
  const sorted = table.getRowModel().rows;
  const isLong = sorted.length > MOST_UNVIRTUALISED;
  const virtual = useVirtualizer({
    count: isLong ? sorted.length : 0,
    getScrollElement: () => viewport.current,
    estimateSize: () => ROW_PIXELS,
    overscan: 12,
  });
  const inSight = virtual.getVirtualItems();
  const shown = isLong ? inSight.map((item) => sorted[item.index]) : sorted;
  const places = new Map(inSight.map((item) => [sorted[item.index]?.id, item.index]));
  const above = inSight[0]?.start ?? 0;
  const below = isLong ? virtual.getTotalSize() - (inSight.at(-1)?.end ?? 0) : 0;
  return (
    <ScrollArea.Autosize viewportRef={viewport} mah={isLong ? height : undefined} type="auto">
      <Table stickyHeader aria-rowcount={sorted.length + 1} className={classes.table}>
        <caption className={classes.caption}>{caption}</caption>
        <Table.Thead>
          <Table.Tr>
            {columns.map((column) => {
              const state = table.getColumn(column.id);
              const direction = state?.getIsSorted();
              return (
                <Table.Th
                  key={column.id}
                  w={column.width}
                  ta={column.align ?? "left"}
                  aria-sort={
                    direction === "asc" ? "ascending" : direction ? "descending" : undefined
                  }
                >
                  <UnstyledButton
                    fw={600}
                    fz="sm"
                    title={texts.shared.sortBy(column.title)}
                    onClick={() => state?.toggleSorting()}
                  >
                    {column.title}
                    <span aria-hidden>{direction === "asc" ? " ↑" : direction ? " ↓" : ""}</span>
                  </UnstyledButton>
                </Table.Th>
              );
            })}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {above > 0 && <Spacer pixels={above} columns={columns.length} />}
          {shown.map(
            (row) =>
              row && (
                <tr
                  key={row.id}
                  className={cells.row}
                  ref={isLong ? virtual.measureElement : undefined}
                  data-index={isLong ? places.get(row.id) : undefined}
                >
                  {columns.map((column) => (
                    <td
                      key={column.id}
                      className={
                        column.align === "right" ? `${cells.cell} ${cells.right}` : cells.cell
                      }
                    >
                      {column.render
                        ? column.render(row.original)
                        : String(column.value(row.original) ?? "")}
                    </td>
                  ))}
                </tr>
              ),
          )}
          {below > 0 && <Spacer pixels={below} columns={columns.length} />}
        </Table.Tbody>
      </Table>
    </ScrollArea.Autosize>
  );
}

function Spacer({ pixels, columns }: { pixels: number; columns: number }) {
  return (
    <tr aria-hidden style={{ height: pixels }}>
      <td colSpan={columns} />
    </tr>
  );
}
