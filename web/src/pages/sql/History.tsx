import { Checkbox, Text, UnstyledButton } from "@mantine/core";
import { useState } from "react";
import { texts } from "@/texts";
import { Answer } from "@/ui/Answer";
import { Empty } from "@/ui/Empty";
import { Moment } from "@/ui/Moment";
import { spanOf } from "@/ui/time";
import type { OwnStatement } from "./history";
import { type HistoryLine, historyLines } from "./historyLines";
import { useUsage } from "./questions";
import classes from "./sql.module.css";

const said = texts.sql;

interface HistoryProps {
  own: readonly OwnStatement[];
  use: (statement: string) => void;
}

/** What was asked before, by everybody or from this browser; each can be asked again. */
export function History({ own, use }: HistoryProps) {
  const usage = useUsage();
  const [isMine, setMine] = useState(false);
  return (
    <>
      <Checkbox
        size="xs"
        mb="xs"
        label={said.onlyMine}
        checked={isMine}
        onChange={(event) => setMine(event.currentTarget.checked)}
      />
      <Answer
        question={usage}
        empty={{
          when: (data) => historyLines(data.statements, own, isMine).length === 0,
          show: <Empty title={said.noHistory} />,
        }}
      >
        {(data) => (
          <ul className={classes.history}>
            {historyLines(data.statements, own, isMine).map((line) => (
              <Line key={line.statement} line={line} use={use} />
            ))}
          </ul>
        )}
      </Answer>
    </>
  );
}

function Line({ line, use }: { line: HistoryLine; use: (statement: string) => void }) {
  const { used, at } = line;
  return (
    <li>
      <UnstyledButton
        className={classes.used}
        title={line.statement}
        onClick={() => use(line.statement)}
      >
        <span className={classes.statement}>{line.statement}</span>
        <Text span size="xs" c="dimmed">
          <Moment at={at} />
          {used && (
            <>
              {" · "}
              {used.error ? (
                <Text span inherit c="var(--hw-bad)" title={used.error}>
                  {said.error}
                </Text>
              ) : (
                said.rows(used.rows)
              )}
              {" · "}
              {used.cached ? said.fromCache : spanOf(used.elapsed_ms / 1000)}
              {used.principal !== "local" && ` · ${used.principal}`}
            </>
          )}
        </Text>
      </UnstyledButton>
    </li>
  );
}
