import { Code } from "@mantine/core";
import { texts } from "@/texts";
import { type Column, DataTable } from "@/ui/DataTable";
import { PageLink } from "@/ui/links";
import { Moment } from "@/ui/Moment";
import { countOf } from "@/ui/numbers";
import classes from "./ingest.module.css";
import type { Reason } from "./questions";

const said = texts.ingest;

interface ReasonsTableProps {
  reasons: readonly Reason[];
  chosen: string | undefined;
  source: string | undefined;
}

/** Why records wait, the commonest reason first; each leads to its records. */
export function ReasonsTable({ reasons, chosen, source }: ReasonsTableProps) {
  return (
    <DataTable
      caption={said.reasons}
      columns={columnsFor(chosen, source)}
      rows={reasons}
      rowId={(one) => one.id}
      height={320}
    />
  );
}

function columnsFor(chosen: string | undefined, source: string | undefined): Column<Reason>[] {
  return [
    {
      id: "reason",
      title: said.reason,
      value: (one) => one.pattern,
      render: (one) => (
        <div className={classes.reason} aria-current={one.id === chosen || undefined}>
          <PageLink
            to="/ingest/quarantine"
            search={{ source, reason: one.id === chosen ? undefined : one.id }}
          >
            {one.pattern}
          </PageLink>
        </div>
      ),
    },
    {
      id: "path",
      title: said.at,
      value: (one) => one.path,
      render: (one) => (one.path ? <Code>{one.path}</Code> : "–"),
    },
    {
      id: "source",
      title: said.source,
      value: (one) => one.source,
      render: (one) => one.source || said.unknownSource,
    },
    {
      id: "stage",
      title: said.stage,
      value: (one) => one.stage,
      render: (one) => said.stages[one.stage] ?? one.stage,
    },
    {
      id: "records",
      title: said.waiting,
      align: "right",
      value: (one) => one.records,
      render: (one) => countOf(one.records),
    },
    {
      id: "latest",
      title: said.latest,
      value: (one) => one.last_at,
      render: (one) => <Moment at={one.last_at} />,
    },
  ];
}
