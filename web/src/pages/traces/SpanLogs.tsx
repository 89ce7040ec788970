import { Stack, Text } from "@mantine/core";
import { texts } from "@/texts";
import { Part } from "./Part";
import type { SpanPage } from "./questions";
import classes from "./traces.module.css";

const said = texts.trace;
const BAD = /^(error|fatal|critical)/i;

/** The log records that were written while a span was open. */
export function SpanLogs({ page }: { page: SpanPage }) {
  return (
    <Part title={said.logs}>
      {page.logs.length === 0 && (
        <Text size="sm" c="dimmed">
          {said.noLogs}
        </Text>
      )}
      <Stack gap={2}>
        {page.logs.map((log) => (
          <div key={`${log.time} ${log.body}`} className={classes.log}>
            <Text span size="xs" c={BAD.test(log.severity ?? "") ? "var(--hw-bad)" : "dimmed"}>
              {log.time.slice(11, 23)} {log.severity}
            </Text>
            <span>{log.body}</span>
          </div>
        ))}
      </Stack>
      {page.more_logs && (
        <Text size="xs" c="dimmed">
          {said.moreLogs}
        </Text>
      )}
    </Part>
  );
}
