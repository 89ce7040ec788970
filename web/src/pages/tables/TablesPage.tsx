import { useMemo } from "react";
import { texts } from "@/texts";
import { Answer } from "@/ui/Answer";
import { type Column, DataTable } from "@/ui/DataTable";
import { Empty } from "@/ui/Empty";
import { Moment } from "@/ui/Moment";
import { countOf, sizeOf } from "@/ui/numbers";
import { PageHeader } from "@/ui/PageHeader";
import { type TableLine, useTables } from "./questions";

const said = texts.tables;

/** The tables of all zones. */
export function TablesPage() {
  const tables = useTables();
  const columns = useMemo<Column<TableLine>[]>(
    () => [
      { id: "table", title: said.table, value: (one) => one.table },
      {
        id: "rows",
        title: said.rows,
        value: (one) => one.rows,
        render: (one) => countOf(one.rows),
        align: "right",
      },
      {
        id: "size",
        title: said.size,
        value: (one) => one.size_bytes,
        render: (one) => sizeOf(one.size_bytes),
        align: "right",
      },
      {
        id: "changed",
        title: said.changed,
        value: (one) => one.changed_at,
        render: (one) => <Moment at={one.changed_at} />,
      },
    ],
    [],
  );
  return (
    <>
      <PageHeader title={said.title} about={said.about} />
      <Answer
        question={tables}
        empty={{
          when: (data) => data.tables.length === 0,
          show: <Empty title={said.empty}>{said.emptyHint}</Empty>,
        }}
      >
        {(data) => (
          <DataTable
            caption={said.title}
            columns={columns}
            rows={data.tables}
            rowId={(one) => one.table}
          />
        )}
      </Answer>
    </>
  );
}
