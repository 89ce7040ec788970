import { useMemo } from "react";
import { texts } from "@/texts";
import { Answer } from "@/ui/Answer";
import { type Column, DataTable } from "@/ui/DataTable";
import { Empty } from "@/ui/Empty";
import { JobLink, PageLink, RunLink } from "@/ui/links";
import { Moment } from "@/ui/Moment";
import { countOf } from "@/ui/numbers";
import { RunState } from "@/ui/RunState";
import { ToneBadge } from "@/ui/ToneBadge";
import { type DatasetHead, type QualityCheck, useRuns } from "./questions";

const said = texts.tables;

/** The runs that read or wrote a dataset, the latest first. */
export function RunsTab({ head }: { head: DatasetHead }) {
  const question = useRuns(head.namespace, head.name);
  const columns = useMemo(columnsOf, []);
  return (
    <Answer
      question={question}
      empty={{
        when: (data) => data.checks.length === 0,
        show: <Empty title={said.noRuns} />,
      }}
    >
      {(data) => (
        <DataTable
          caption={said.runList}
          columns={columns}
          rows={data.checks}
          rowId={(one) => `${one.run} ${one.direction}`}
        />
      )}
    </Answer>
  );
}

function columnsOf(): Column<QualityCheck>[] {
  return [
    { id: "at", title: said.at, value: (one) => one.at, render: (one) => <Moment at={one.at} /> },
    {
      id: "run",
      title: said.run,
      value: (one) => one.run,
      render: (one) => <RunLink id={one.run} />,
    },
    {
      id: "job",
      title: said.job,
      value: (one) => one.job.name,
      render: (one) => <JobLink namespace={one.job.namespace} name={one.job.name} />,
    },
    {
      id: "direction",
      title: said.direction,
      value: (one) => (one.direction === "output" ? said.wrote : said.read),
    },
    {
      id: "state",
      title: said.state,
      value: (one) => one.state,
      render: (one) => <RunState state={one.state} />,
    },
    {
      id: "rows",
      title: said.rows,
      value: (one) => one.rows,
      render: (one) => countOf(one.rows),
      align: "right",
    },
    {
      id: "tests",
      title: said.quality,
      value: (one) => one.tests.filter((test) => test.status === "fail").length,
      render: (one) => <Tests tests={one.tests} />,
    },
    {
      id: "trace",
      title: said.trace,
      value: (one) => one.run,
      render: (one) => (
        <PageLink to="/traces" search={{ run: one.run }}>
          {said.trace}
        </PageLink>
      ),
    },
  ];
}

function Tests({ tests }: { tests: QualityCheck["tests"] }) {
  const failed = tests.filter((test) => test.status === "fail").length;
  if (tests.length === 0) return countOf(null);
  return failed > 0 ? (
    <ToneBadge tone="bad">{said.failed(failed, tests.length)}</ToneBadge>
  ) : (
    <ToneBadge tone="good">{said.passed(tests.length)}</ToneBadge>
  );
}
