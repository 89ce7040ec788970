import { texts } from "@/texts";
import { RunLink } from "@/ui/links";
import { Moment } from "@/ui/Moment";
import { countOf, sizeOf } from "@/ui/numbers";
import { Stat, Stats } from "@/ui/Stat";
import type { DatasetHead } from "./questions";
import { TestsOfWrite } from "./TestsOfWrite";

const said = texts.tables;

/** The figures at the head of a table: how much, how fresh, how good. */
export function TableFigures({ head }: { head: DatasetHead }) {
  const { table, last_write: write } = head;
  const at = write?.at ?? table?.changed_at;
  return (
    <Stats>
      {table && <Stat label={said.rows} value={countOf(table.rows)} />}
      {table && <Stat label={said.size} value={sizeOf(table.size_bytes)} />}
      <Stat label={said.columnsCount} value={countOf(head.columns.length)} />
      <Stat
        label={said.lastWrite}
        value={<Moment at={at === null || at === undefined ? null : String(at)} />}
        note={
          write && (
            <>
              {said.byRun} <RunLink id={write.run} />
            </>
          )
        }
      />
      {write && <Stat label={said.tests} value={<TestsOfWrite write={write} />} />}
    </Stats>
  );
}
