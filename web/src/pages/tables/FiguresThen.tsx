import { Text } from "@mantine/core";
import { texts } from "@/texts";
import { PageLink, RunLink } from "@/ui/links";
import { Moment } from "@/ui/Moment";
import { countOf, sizeOf } from "@/ui/numbers";
import { Stat, Stats } from "@/ui/Stat";
import { type DatasetHead, usePreview, useSnapshots } from "./questions";
import classes from "./tables.module.css";

const said = texts.tables;

interface FiguresThenProps {
  head: DatasetHead;
  table: NonNullable<DatasetHead["table"]>;
  snapshot: string;
}

/** The figures of a table as of a snapshot, beside those of now; what nobody kept is said so. */
export function FiguresThen({ head, table, snapshot }: FiguresThenProps) {
  const snapshots = useSnapshots(table.table);
  const columns = usePreview(table.table, snapshot).data?.columns.length;
  const found = snapshots.data?.snapshots.find((one) => one.id === snapshot);
  return (
    <section aria-label={said.figuresThen}>
      <Text size="sm" mb="xs" className={classes.prose}>
        {said.figuresThen}{" "}
        <PageLink
          to="/tables/table"
          search={{ namespace: head.namespace, name: head.name, tab: "rows" }}
        >
          {said.backToNow}
        </PageLink>
      </Text>
      <Stats>
        <Stat
          label={said.rows}
          value={found?.rows == null ? said.notKnown : countOf(found.rows)}
          note={said.nowIs(countOf(table.rows))}
        />
        <Stat
          label={said.size}
          value={found?.size_bytes == null ? said.notKnown : sizeOf(found.size_bytes)}
          note={said.nowIs(sizeOf(table.size_bytes))}
        />
        <Stat
          label={said.columnsCount}
          value={columns === undefined ? said.notKnown : countOf(columns)}
          note={said.nowIs(countOf(head.columns.length))}
        />
        <Stat
          label={said.writtenThen}
          value={found ? <Moment at={found.committed_at} /> : said.notKnown}
          note={
            found?.run && (
              <>
                {said.byRun} <RunLink id={found.run} />
              </>
            )
          }
        />
        <Stat label={said.tests} value={said.notKnown} note={said.testsThen} />
      </Stats>
    </section>
  );
}
