import { Stack } from "@mantine/core";
import { useMemo } from "react";
import { texts } from "@/texts";
import { Answer } from "@/ui/Answer";
import { Chart } from "@/ui/Chart";
import { type Column, DataTable } from "@/ui/DataTable";
import { Empty } from "@/ui/Empty";
import { countOf, percentOf } from "@/ui/numbers";
import { Section } from "@/ui/Section";
import { ToneBadge } from "@/ui/ToneBadge";
import { type ColumnStatistics, statisticsOf, type TestLine, testLines } from "./quality";
import { type DatasetHead, type QualityCheck, useRuns } from "./questions";
import classes from "./tables.module.css";

const said = texts.tables;
const FEWEST_FOR_CHART = 2;
const MOST_DOTS = 20;

/** What runs measured and tested, now and over time. */
export function QualityTab({ head }: { head: DatasetHead }) {
  const question = useRuns(head.namespace, head.name);
  return (
    <Answer
      question={question}
      empty={{
        when: (data) => !data.checks.some(saysSomething),
        show: <Empty title={said.noQuality}>{said.noQualityHint}</Empty>,
      }}
    >
      {(data) => <Told checks={data.checks.filter(saysSomething)} />}
    </Answer>
  );
}

function saysSomething(check: QualityCheck): boolean {
  return check.rows !== null || check.tests.length > 0 || Object.keys(check.columns).length > 0;
}

function Told({ checks }: { checks: QualityCheck[] }) {
  const tests = useMemo(() => testLines(checks), [checks]);
  const written = useMemo(
    () => checks.filter((check) => check.direction === "output" && check.at).reverse(),
    [checks],
  );
  const statistics = useMemo(() => statisticsOf(checks), [checks]);
  return (
    <Stack gap="lg">
      {tests.length > 0 && <Tests tests={tests} />}
      {written.length >= FEWEST_FOR_CHART && <OverTime checks={written} />}
      {statistics && (
        <Section title={said.statistics} note={said.statisticsNote(countOf(statistics.rows))}>
          <DataTable
            caption={said.statistics}
            columns={STATISTICS}
            rows={statistics.columns}
            rowId={(one) => one.name}
            height={720}
          />
        </Section>
      )}
    </Stack>
  );
}

function Tests({ tests }: { tests: TestLine[] }) {
  return (
    <Section title={said.testList}>
      <DataTable caption={said.testList} columns={TESTS} rows={tests} rowId={(one) => one.id} />
    </Section>
  );
}

function OverTime({ checks }: { checks: readonly QualityCheck[] }) {
  const along = useMemo(
    () => ({ kind: "time" as const, values: checks.map((one) => one.at ?? "") }),
    [checks],
  );
  const rows = useMemo(
    () => [{ name: said.rowsWritten, values: checks.map((one) => one.rows) }],
    [checks],
  );
  const tests = useMemo(() => {
    const count = (check: QualityCheck, status: string) =>
      check.tests.filter((test) => test.status === status).length;
    return [
      { name: said.passing, values: checks.map((one) => count(one, "pass")), colour: "good" },
      { name: said.failing, values: checks.map((one) => count(one, "fail")), colour: "bad" },
    ];
  }, [checks]);
  const hasTests = checks.some((one) => one.tests.length > 0);
  return (
    <div className={classes.strip}>
      <Chart title={said.rowsWritten} along={along} series={rows} kind="bar" isCount height={170} />
      {hasTests && (
        <Chart
          title={said.testsOverTime}
          along={along}
          series={tests}
          kind="bar"
          isStacked
          isCount
          height={170}
        />
      )}
    </div>
  );
}

const TESTS: Column<TestLine>[] = [
  { id: "name", title: said.test, value: (one) => one.name },
  {
    id: "column",
    title: said.column,
    value: (one) => one.column,
    render: (one) => <span className={classes.mono}>{one.column}</span>,
  },
  {
    id: "result",
    title: said.result,
    value: (one) => one.status,
    render: (one) => (
      <ToneBadge tone={one.status === "pass" ? "good" : one.status === "fail" ? "bad" : "warn"}>
        {one.status === "pass" ? said.pass : one.status === "fail" ? said.fail : one.status}
      </ToneBadge>
    ),
  },
  { id: "expected", title: said.expected, value: (one) => one.expected },
  { id: "found", title: said.found, value: (one) => one.actual },
  {
    id: "history",
    title: said.history,
    value: (one) => one.history.filter((passed) => !passed).length,
    render: (one) => <History passed={one.history} />,
  },
];

function History({ passed }: { passed: readonly boolean[] }) {
  const label = said.testHistory(passed.filter(Boolean).length, passed.length);
  return (
    <span className={classes.dots} role="img" aria-label={label} title={label}>
      {passed.slice(-MOST_DOTS).map((one, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: results have no name but their place
        <span key={at} className={classes.dot} data-failed={!one} />
      ))}
    </span>
  );
}

const figure = (value: number | undefined): string =>
  value === undefined ? countOf(null) : value.toLocaleString("en", { maximumSignificantDigits: 6 });

function numbers(
  id: keyof ColumnStatistics & string,
  title: string,
  show: (value: number | undefined) => string = figure,
): Column<ColumnStatistics> {
  const value = (one: ColumnStatistics) => one[id] as number | undefined;
  return { id, title, value, render: (one) => show(value(one)), align: "right" };
}

const STATISTICS: Column<ColumnStatistics>[] = [
  {
    id: "name",
    title: said.column,
    value: (one) => one.name,
    render: (one) => <span className={classes.mono}>{one.name}</span>,
  },
  numbers("filled", said.filled, (share) =>
    share === undefined ? countOf(null) : percentOf(share),
  ),
  numbers("distinct", said.distinct),
  numbers("least", said.least),
  numbers("mean", said.mean),
  numbers("most", said.most),
];
