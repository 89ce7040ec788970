import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";
import { texts } from "@/texts";
import { Answer } from "@/ui/Answer";
import { type Column, DataTable } from "@/ui/DataTable";
import { Empty } from "@/ui/Empty";
import { TableLink } from "@/ui/links";
import { Moment } from "@/ui/Moment";
import { Name } from "@/ui/Name";
import { Note } from "@/ui/Note";
import { countOf, sizeOf } from "@/ui/numbers";
import { PageHeader } from "@/ui/PageHeader";
import type { TablesSearch } from "./address";
import { type DatasetLine, useDatasets } from "./questions";
import { TableFilters } from "./TableFilters";
import { TestsOfWrite } from "./TestsOfWrite";
import classes from "./tables.module.css";
import { ZoneMark } from "./ZoneMark";

const said = texts.tables;
const route = getRouteApi("/tables");

/** Every dataset: the tables of the lake by zone, then those of other systems. */
export function TablesPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const question = useDatasets(search);
  const columns = useColumns();
  const isFiltered = Object.keys(search).length > 0;
  const change = (changed: Partial<Record<keyof TablesSearch, string | undefined>>) =>
    void navigate({
      search: Object.fromEntries(
        Object.entries({ ...search, ...changed }).filter(([, value]) => value),
      ),
      replace: true,
    });
  return (
    <>
      <PageHeader title={said.title} about={said.about} />
      <TableFilters search={search} list={question.data} change={change} />
      <Answer
        question={question}
        partial={(data) => data.reason}
        empty={{
          when: (data) => data.datasets.length === 0,
          show: isFiltered ? (
            <Empty title={said.nothingFound}>{said.nothingFoundHint}</Empty>
          ) : (
            <Empty title={said.empty}>{said.emptyHint}</Empty>
          ),
        }}
      >
        {(data) => (
          <DataTable
            caption={said.title}
            columns={columns}
            rows={data.datasets}
            rowId={(one) => `${one.namespace}\n${one.name}`}
            height={720}
          />
        )}
      </Answer>
    </>
  );
}

function useColumns() {
  return useMemo<Column<DatasetLine>[]>(
    () => [
      { id: "table", title: said.table, value: (one) => one.name, render: nameOf },
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
        render: (one) => <span className={classes.short}>{sizeOf(one.size_bytes)}</span>,
        align: "right",
      },
      {
        id: "changed",
        title: said.changed,
        value: (one) => one.changed_at,
        render: (one) => (
          <span className={classes.short}>
            {one.changed_at ? <Moment at={one.changed_at} /> : countOf(null)}
          </span>
        ),
      },
      {
        id: "quality",
        title: said.quality,
        value: (one) => -(one.last_write?.tests_failed ?? -1),
        render: (one) => <TestsOfWrite write={one.last_write} />,
      },
      {
        id: "people",
        title: said.people,
        value: (one) => [...one.tags, ...one.owners].join(" ") || undefined,
        render: (one) => <People line={one} />,
      },
    ],
    [],
  );
}

function nameOf(one: DatasetLine) {
  return (
    <div className={classes.name}>
      <ZoneMark zone={one.zone} />
      <div className={classes.words}>
        <div>
          <TableLink namespace={one.namespace} name={one.name} />
        </div>
        {one.zone === null && (
          <Note>
            <Name of={one.namespace} />
          </Note>
        )}
        {one.description && (
          <Note isOneLine title={one.description}>
            {one.description}
          </Note>
        )}
        {one.found_in
          .filter(({ field }) => field !== "name" && field !== "description")
          .slice(0, 1)
          .map(({ field, text }) => (
            <div key={field} className={classes.foundIn}>
              {said.foundIn(field, text)}
            </div>
          ))}
      </div>
    </div>
  );
}

function People({ line }: { line: DatasetLine }) {
  return (
    <div className={classes.people}>
      {line.tags.map((tag) => (
        <span key={tag} className={classes.tag}>
          {tag}
        </span>
      ))}
      {line.owners.map((owner) => (
        <Note key={owner} isInline>
          {owner}
        </Note>
      ))}
    </div>
  );
}
