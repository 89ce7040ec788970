import { Alert, Group, Paper, SegmentedControl, Skeleton, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useId } from "react";
import { texts } from "@/texts";
import { Empty } from "@/ui/Empty";
import { LineageLink, TableLink } from "@/ui/links";
import { countOf, sizeOf } from "@/ui/numbers";
import { spanOf } from "@/ui/time";
import { ValueGrid } from "@/ui/ValueGrid";
import { SQL_VIEWS, type SqlSearch, type SqlView } from "./address";
import type { AnswerHead } from "./answer/text";
import type { useAnswer } from "./answer/useAnswer";
import { lineAndColumn, placeOfProblem } from "./problemPlace";
import { QuickChart } from "./QuickChart";
import type { SqlCatalogue } from "./questions";
import classes from "./sql.module.css";

const said = texts.sql;
/** How the server begins what the title says too. */
const ALREADY_SAID = /^the statement failed: /;

interface ResultProps {
  answer: ReturnType<typeof useAnswer>;
  search: SqlSearch;
  change: (changed: Partial<SqlSearch>) => void;
  catalogue: SqlCatalogue | undefined;
}

/** The answer in all its states: nothing asked, running, stopped, failed, rows. */
export function Result({ answer, search, change, catalogue }: ResultProps) {
  const { state } = answer;
  if (state.kind === "idle") return <Empty title={said.idle}>{said.idleHint}</Empty>;
  if (state.kind === "running") {
    return (
      <Stack gap="xs" mt="md" role="status" aria-busy aria-label={texts.shared.loading}>
        <Skeleton height={36} />
        <Skeleton height={200} />
      </Stack>
    );
  }
  if (state.kind === "cancelled") {
    return (
      <Alert mt="md" role="status" color="var(--hw-warn)">
        {said.cancelled}
      </Alert>
    );
  }
  if (state.kind === "failed") return <Problem state={state} />;
  const { head, id } = state;
  return (
    <section aria-label={said.answer} className={classes.answer}>
      <Facts head={head} lake={catalogue?.namespace} view={search.view ?? "rows"} change={change} />
      {head.reason && <Cut head={head} limits={catalogue?.limits} />}
      {head.row_count === 0 ? (
        <Empty title={said.nothing}>{said.nothingHint}</Empty>
      ) : search.view === "chart" ? (
        <QuickChart key={id} head={head} answer={answer} search={search} change={change} />
      ) : (
        <ValueGrid
          key={id}
          label={said.answer}
          columns={head.columns}
          count={head.row_count}
          rowAt={answer.rows.at}
          onSight={answer.rows.want}
        />
      )}
    </section>
  );
}

type Failure = Extract<ReturnType<typeof useAnswer>["state"], { kind: "failed" }>;

/** What is wrong with the statement, and at which line. */
function Problem({ state }: { state: Failure }) {
  const { problem, statement, body } = state;
  const place = placeOfProblem(body, statement);
  const at = place === undefined ? undefined : lineAndColumn(statement, place);
  const title = problem.isOffline ? texts.shared.offline : said.failed;
  const message = problem.message.replace(ALREADY_SAID, "");
  return (
    <Alert role="alert" mt="md" color="var(--hw-bad)" icon={<IconAlertTriangle />} title={title}>
      {at && (
        <Text size="sm" fw={600}>
          {said.at(at.line, at.column)}
        </Text>
      )}
      <Text size="sm" className={classes.message}>
        {problem.isOffline ? texts.shared.offlineHint : message}
      </Text>
      {problem.hint && <Text size="sm">{problem.hint}</Text>}
    </Alert>
  );
}

interface FactsProps {
  head: AnswerHead;
  /** The namespace under which lineage knows the tables of the lake. */
  lake: string | undefined;
  view: SqlView;
  change: (changed: Partial<SqlSearch>) => void;
}

/** How much was found, what it cost, and which tables it is of. */
function Facts({ head, lake, view, change }: FactsProps) {
  const label = useId();
  return (
    <Group justify="space-between" gap="sm" mb="xs" align="center">
      <div>
        <Text size="sm" role="status">
          <b>{said.rows(head.row_count)}</b> {said.took(spanOf(head.elapsed_ms / 1000))} ·{" "}
          {head.cached ? said.cached : said.scanned(sizeOf(head.bytes_scanned))}
        </Text>
        {lake !== undefined && <Tables versions={head.snapshots} lake={lake} />}
      </div>
      <div>
        <span id={label} className={classes.unseen}>
          {said.view}
        </span>
        <SegmentedControl
          aria-labelledby={label}
          size="xs"
          value={view}
          data={SQL_VIEWS.map((one) => ({ value: one, label: said.views[one] }))}
          onChange={(one) => change({ view: one as SqlView })}
        />
      </div>
    </Group>
  );
}

function Tables({ versions, lake }: { versions: Record<string, string>; lake: string }) {
  const tables = Object.entries(versions).filter(([table]) => table.includes("."));
  if (tables.length === 0) return null;
  return (
    <Text size="xs" c="dimmed" component="div" className={classes.prose}>
      {said.readFrom}{" "}
      {tables.map(([table, version], at) => (
        <span key={table} title={version ? said.version(version) : undefined}>
          {at > 0 && ", "}
          <TableLink namespace={lake} name={table} /> (
          <LineageLink kind="dataset" namespace={lake} name={table}>
            {said.lineage}
          </LineageLink>
          )
        </span>
      ))}
    </Text>
  );
}

/** Why rows are missing, and how many there can be at all. */
function Cut({ head, limits }: { head: AnswerHead; limits: SqlCatalogue["limits"] | undefined }) {
  const reason = head.reason ?? "";
  const sentence = reason.charAt(0).toUpperCase() + reason.slice(1);
  return (
    <Paper withBorder p="xs" mb="xs" className={classes.cut} role="note">
      <Text size="sm">
        {limits && head.row_count >= limits.max_rows
          ? said.cut(sentence, countOf(limits.max_rows))
          : said.cutOtherwise(sentence)}
      </Text>
    </Paper>
  );
}
