import { Stack, Text } from "@mantine/core";
import { texts } from "@/texts";
import { Empty } from "@/ui/Empty";
import { countOf } from "@/ui/numbers";
import { type PlainColumn, PlainTable } from "@/ui/PlainTable";
import { Section } from "@/ui/Section";
import { type Measured, measuredOf } from "./measures";
import type { Run } from "./questions";

const said = texts.runs;
type Test = Run["tests"][number];

/** What a run tested and measured: of itself, of what it read, of what it wrote. */
export function RunQuality({ run }: { run: Run }) {
  const uses = [...run.outputs, ...run.inputs];
  const tested = uses.filter((use) => use.tests.length > 0);
  const measured = uses.flatMap((use) => {
    const found = measuredOf(use.columns);
    return found.rows.length > 0 ? [{ use, found }] : [];
  });
  if (run.tests.length + tested.length + measured.length === 0) {
    return <Empty title={said.noQuality} />;
  }
  return (
    <Stack gap="lg">
      {run.tests.length > 0 && <Tests title={said.testsOfRun} tests={run.tests} />}
      {tested.map((use) => (
        <Tests
          key={`${use.namespace}\n${use.name}`}
          title={said.testsOf(use.name)}
          tests={use.tests}
        />
      ))}
      {measured.map(({ use, found }) => (
        <Section key={`${use.namespace}\n${use.name}`} title={said.measured(use.name)}>
          <PlainTable
            caption={said.measured(use.name)}
            columns={columnsOf(found.metrics)}
            rows={found.rows}
            rowId={(row) => row.column}
          />
        </Section>
      ))}
    </Stack>
  );
}

const testColumns: PlainColumn<Test & { number: number }>[] = [
  { id: "result", title: said.result, width: "6rem", render: (test) => <Result test={test} /> },
  { id: "test", title: said.test, render: (test) => test.name },
  { id: "column", title: said.column, render: (test) => test.column ?? "–" },
  { id: "expected", title: said.expected, render: (test) => test.expected ?? "–" },
  { id: "actual", title: said.actual, render: (test) => test.actual ?? "–" },
];

function Tests({ title, tests }: { title: string; tests: readonly Test[] }) {
  // What failed comes first: that is what people look for.
  const rows = tests
    .map((test, number) => ({ ...test, number }))
    .sort((one, other) => Number(one.status === "pass") - Number(other.status === "pass"));
  const passed = tests.filter((test) => test.status === "pass").length;
  return (
    <Section title={title} note={said.passed(passed, tests.length)}>
      <PlainTable
        caption={title}
        columns={testColumns}
        rows={rows}
        rowId={(test) => String(test.number)}
      />
    </Section>
  );
}

function Result({ test }: { test: Test }) {
  const isPassed = test.status === "pass";
  const isFailed = test.status === "fail";
  return (
    <Text
      span
      size="sm"
      fw={600}
      style={{ color: `var(--hw-${isPassed ? "good" : isFailed ? "bad" : "idle"})` }}
    >
      {isPassed ? said.pass : isFailed ? said.fail : test.status}
    </Text>
  );
}

function columnsOf(metrics: readonly string[]): PlainColumn<Measured>[] {
  return [
    { id: "column", title: said.column, render: (row) => row.column },
    ...metrics.map(
      (metric): PlainColumn<Measured> => ({
        id: metric,
        title: metric,
        align: "right",
        render: (row) => countOf(row.values[metric]),
      }),
    ),
  ];
}
