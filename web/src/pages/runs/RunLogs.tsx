import { Select, Stack, Text } from "@mantine/core";
import { useState } from "react";
import type { components } from "@/api/schema";
import { texts } from "@/texts";
import { Answer } from "@/ui/Answer";
import { Empty } from "@/ui/Empty";
import { TraceLink } from "@/ui/links";
import { Moment } from "@/ui/Moment";
import { type PlainColumn, PlainTable } from "@/ui/PlainTable";
import { useRunLogs } from "./questions";

const said = texts.runs;
const SEVERITIES = ["debug", "info", "warn", "error"] as const;
const SEVERE_FROM = 17;
const WARNING_FROM = 13;

type Log = components["schemas"]["RunLog"];

/** What a run logged, the latest first. */
export function RunLogs({ id }: { id: string }) {
  const [severity, setSeverity] = useState<string | null>(null);
  const question = useRunLogs(id, severity ?? undefined);
  return (
    <Stack gap="sm">
      <Select
        label={said.severity}
        placeholder={said.anySeverity}
        data={[...SEVERITIES]}
        value={severity}
        clearable
        w={180}
        onChange={setSeverity}
      />
      <Answer
        question={question}
        partial={(data) => data.next && said.moreLogs}
        empty={{
          when: (data) => data.logs.length === 0,
          show: severity ? (
            <Empty title={said.noLogsLike} />
          ) : (
            <Empty title={said.noLogs}>{said.noLogsHint}</Empty>
          ),
        }}
      >
        {(data) => (
          <PlainTable
            caption={said.logs}
            columns={columns}
            rows={data.logs.map((log, number) => ({ ...log, number }))}
            rowId={(log) => String(log.number)}
          />
        )}
      </Answer>
    </Stack>
  );
}

const columns: PlainColumn<Log & { number: number }>[] = [
  { id: "at", title: said.at, width: "8rem", render: (log) => <Moment at={log.time} /> },
  { id: "level", title: said.logLevel, width: "5rem", render: (log) => <Level log={log} /> },
  {
    id: "message",
    title: said.message,
    render: (log) => (
      <span
        style={{
          fontFamily: "var(--hw-mono)",
          fontSize: "var(--mantine-font-size-xs)",
          overflowWrap: "anywhere",
          whiteSpace: "pre-wrap",
        }}
      >
        {log.body}
      </span>
    ),
  },
  { id: "service", title: said.service, width: "9rem", render: (log) => log.service },
  {
    id: "trace",
    title: said.trace,
    width: "6rem",
    render: (log) =>
      log.trace_id ? (
        <TraceLink id={log.trace_id} {...(log.span_id && { span: log.span_id })} />
      ) : null,
  },
];

function Level({ log }: { log: Log }) {
  const number = log.severity_number ?? 0;
  const tone = number >= SEVERE_FROM ? "bad" : number >= WARNING_FROM ? "warn" : "text-soft";
  return (
    <Text span size="xs" style={{ color: `var(--hw-${tone})` }}>
      {log.severity ?? "–"}
    </Text>
  );
}
