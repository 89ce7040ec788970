import { Stack, Text } from "@mantine/core";
import { texts } from "@/texts";
import { Moment } from "@/ui/Moment";
import { countOf, sizeOf } from "@/ui/numbers";
import { RunState } from "@/ui/RunState";
import { millisecondsOf, usualMilliseconds } from "@/ui/runs";
import { Stat, Stats, type Tone } from "@/ui/Stat";
import { spanOf } from "@/ui/time";
import { useNow } from "@/ui/useNow";
import type { Run, RunUse } from "./questions";
import { RunError } from "./RunError";

const said = texts.runs;
const SLOW_TIMES = 1.5;
const TONES: Partial<Record<Run["state"], Tone>> = {
  FAILED: "bad",
  ABORTED: "warn",
  RUNNING: "busy",
  COMPLETED: "good",
};

/** The figures of a run, and why it failed if it did. */
export function RunHead({ run }: { run: Run }) {
  return (
    <Stack gap="md">
      <Stats>
        <Stat
          label={said.state}
          tone={TONES[run.state]}
          value={<RunState state={run.state} />}
          note={stateNote(run)}
        />
        <Stat label={said.started} value={<Moment at={run.started_at ?? run.ended_at} />} />
        <Took run={run} />
        <Volume label={said.read} uses={run.inputs} />
        <Volume label={said.written} uses={run.outputs} />
        {run.attempts.length > 1 && (
          <Stat label={said.attempts} tone="warn" value={String(run.attempts.length)} />
        )}
      </Stats>
      <RunError run={run} />
    </Stack>
  );
}

function stateNote(run: Run): string | undefined {
  if (run.warning) return said.warning;
  if (run.state === run.own_state) return undefined;
  return said.ownState(texts.shared.states[run.own_state]);
}

function Took({ run }: { run: Run }) {
  const now = useNow(run.state === "RUNNING");
  const took = millisecondsOf(run, now);
  const usual = usualMilliseconds(run.recent.filter((one) => one.id !== run.id));
  const isSlow = took !== undefined && usual !== undefined && took > SLOW_TIMES * usual;
  const isUnderWay = run.state === "RUNNING";
  return (
    <Stat
      label={isUnderWay ? said.takes : said.took}
      value={took === undefined ? "–" : spanOf(took / 1000)}
      tone={isSlow ? "warn" : undefined}
      note={
        usual !== undefined &&
        (isSlow && took !== undefined
          ? `${said.usually(spanOf(usual / 1000))}, ${said.slower((took / usual).toFixed(1))}`
          : said.usually(spanOf(usual / 1000)))
      }
    />
  );
}

function Volume({ label, uses }: { label: string; uses: readonly RunUse[] }) {
  const rows = sumOf(uses.map((use) => use.rows));
  const bytes = sumOf(uses.map((use) => use.bytes));
  if (uses.length === 0) return null;
  return (
    <Stat
      label={label}
      value={
        <Text span inherit>
          {rows === null ? "–" : said.rows(countOf(rows))}
        </Text>
      }
      note={bytes !== null && sizeOf(bytes)}
    />
  );
}

function sumOf(numbers: readonly (number | null)[]): number | null {
  const known = numbers.filter((one) => one !== null);
  return known.length === 0 ? null : known.reduce((one, other) => one + other, 0);
}
