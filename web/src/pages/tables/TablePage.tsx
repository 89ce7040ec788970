import { Alert, Stack } from "@mantine/core";
import { IconSql, IconTimeline } from "@tabler/icons-react";
import { getRouteApi } from "@tanstack/react-router";
import { texts } from "@/texts";
import { Answer } from "@/ui/Answer";
import { Empty } from "@/ui/Empty";
import { LineageButton } from "@/ui/LineageButton";
import { LinkButton } from "@/ui/LinkButton";
import { PageLink } from "@/ui/links";
import { PageHeader } from "@/ui/PageHeader";
import { Parts, type PartsThere } from "@/ui/Parts";
import type { TableTab } from "./address";
import { ColumnsTab } from "./ColumnsTab";
import { FiguresThen } from "./FiguresThen";
import { QualityTab } from "./QualityTab";
import { type DatasetHead, useHead } from "./questions";
import { RowsTab } from "./RowsTab";
import { RunsTab } from "./RunsTab";
import { SchemaTab } from "./SchemaTab";
import { SnapshotsTab } from "./SnapshotsTab";
import { TableFigures } from "./TableFigures";
import { TableWords } from "./TableWords";
import classes from "./tables.module.css";
import { ZoneMark } from "./ZoneMark";

const said = texts.tables;
const route = getRouteApi("/tables/table");

/** One dataset: what it is, what is in it, where it comes from, who uses it. */
export function TablePage() {
  const { namespace, name } = route.useSearch();
  return name === "" ? <Unnamed /> : <Named namespace={namespace} name={name} />;
}

function Unnamed() {
  return (
    <>
      <PageHeader title={said.table} />
      <Empty title={said.noName}>
        <div className={classes.prose}>
          {said.noNameHint} <PageLink to="/tables">{said.toList}</PageLink>
        </div>
      </Empty>
    </>
  );
}

function Named({ namespace, name }: { namespace: string; name: string }) {
  const { tab, snapshot } = route.useSearch();
  const question = useHead(namespace, name);
  const head = question.data;
  return (
    <>
      <PageHeader
        title={name}
        about={
          <span className={classes.about}>
            {head && <ZoneMark zone={head.table?.zone ?? null} />}
            <span>{namespace}</span>
            {head && head.identities.length > 0 && (
              <span>
                {said.alsoKnownAs}{" "}
                {head.identities.map((one) => `${one.namespace}:${one.name}`).join(", ")}
              </span>
            )}
          </span>
        }
      >
        {head?.table && (
          <LinkButton
            to="/sql"
            search={{ statement: `SELECT *\nFROM ${head.table.table}\nLIMIT 100` }}
            icon={<IconSql size={16} />}
          >
            {said.query}
          </LinkButton>
        )}
        <LineageButton kind="dataset" namespace={namespace} name={name} />
        <LinkButton
          to="/traces"
          search={{ datasetNamespace: namespace, dataset: name }}
          icon={<IconTimeline size={16} />}
        >
          {said.tracesOf}
        </LinkButton>
      </PageHeader>
      <Answer question={question} partial={(data) => data.reason}>
        {(data) => (
          <Stack gap="md">
            {data.deleted && <Alert color="var(--hw-warn)">{said.deleted}</Alert>}
            {data.table && snapshot && tab === "rows" ? (
              <FiguresThen head={data} table={data.table} snapshot={snapshot} />
            ) : (
              <TableFigures head={data} />
            )}
            <TableWords head={data} />
            <PartsOf head={data} />
          </Stack>
        )}
      </Answer>
    </>
  );
}

function PartsOf({ head }: { head: DatasetHead }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const go = (tab: TableTab, snapshot?: string) =>
    void navigate({
      search: {
        namespace: search.namespace,
        name: search.name,
        tab,
        ...(snapshot && { snapshot }),
      },
      replace: true,
    });
  const choose = (snapshot?: string) => go("rows", snapshot);
  const parts: PartsThere<TableTab> = {
    columns: () => <ColumnsTab head={head} />,
    rows: head.table && (() => <RowsTab head={head} snapshot={search.snapshot} choose={choose} />),
    snapshots: head.table?.has_snapshots ? () => <SnapshotsTab head={head} /> : null,
    schema: () => <SchemaTab head={head} />,
    quality: head.known ? () => <QualityTab head={head} /> : null,
    runs: head.known ? () => <RunsTab head={head} /> : null,
  };
  return (
    <Parts
      parts={parts}
      titles={said.tabs}
      chosen={search.tab}
      choose={go}
      note={<Missing head={head} />}
    />
  );
}

/** Why some of the parts are not there. */
function Missing({ head }: { head: DatasetHead }) {
  const reason = !head.table
    ? said.notInLake
    : !head.known
      ? said.unknownToLineage
      : !head.table.has_snapshots
        ? said.noSnapshots
        : undefined;
  if (!reason) return null;
  return (
    <Alert variant="light" color="var(--hw-idle)" py="xs" mb="sm" role="note">
      {reason}
    </Alert>
  );
}
