import { Button, Paper, Table, Text } from "@mantine/core";
import { useState } from "react";
import { texts } from "@/texts";
import { JobLink, RunLink, TableLink } from "@/ui/links";
import { RunState } from "@/ui/RunState";
import type { Outline, RunOfSpan } from "./questions";
import classes from "./traces.module.css";

const said = texts.trace;
const SHOWN_RUNS = 3;

/** The runs that spans of the trace name, with the tables that they read and wrote. */
export function TraceRuns({ trace }: { trace: Outline }) {
  const [isWhole, setWhole] = useState(false);
  const unknown = trace.run_ids.length - trace.runs.length;
  if (trace.run_ids.length === 0) return null;
  const failedFirst = [...trace.runs].sort((one, other) => rank(one) - rank(other));
  const shown = isWhole ? failedFirst : failedFirst.slice(0, SHOWN_RUNS);
  return (
    <Paper withBorder style={{ overflowX: "auto" }}>
      {shown.length > 0 && (
        <Table verticalSpacing={4} miw={680} aria-label={said.runs}>
          <Table.Thead>
            <Table.Tr>
              {[said.state, said.job, said.run, said.reads, said.writes].map((title) => (
                <Table.Th key={title}>{title}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map((run) => (
              <Table.Tr key={`${run.id} ${run.job.name}`}>
                <Table.Td>
                  <div className={classes.state}>
                    <RunState state={run.state} />
                  </div>
                </Table.Td>
                <Table.Td>
                  <JobLink {...run.job} />
                </Table.Td>
                <Table.Td>
                  <RunLink id={run.id} />
                </Table.Td>
                <Table.Td>
                  <Datasets names={run.inputs} />
                </Table.Td>
                <Table.Td>
                  <Datasets names={run.outputs} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {trace.runs.length > SHOWN_RUNS && (
        <Button
          size="compact-xs"
          variant="subtle"
          m={4}
          aria-expanded={isWhole}
          onClick={() => setWhole(!isWhole)}
        >
          {isWhole ? said.fewerRuns : said.showRuns(trace.runs.length)}
        </Button>
      )}
      {unknown > 0 && (
        <Text size="xs" c="dimmed" p={6}>
          {said.unknownRuns(unknown)}
        </Text>
      )}
    </Paper>
  );
}

/** Runs that failed first, then those that touched tables. */
function rank(run: RunOfSpan): number {
  const failed = run.state === "FAILED" ? 0 : 2;
  return failed + (run.outputs.length + run.inputs.length > 0 ? 0 : 1);
}

/** Names of tables, each leading to its page. */
export function Datasets({ names }: { names: RunOfSpan["inputs"] }) {
  if (names.length === 0)
    return (
      <Text span c="dimmed">
        –
      </Text>
    );
  return names.map((one, number) => (
    <span key={`${one.namespace} ${one.name}`}>
      {number > 0 && ", "}
      <TableLink {...one} />
    </span>
  ));
}
