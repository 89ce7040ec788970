import { Alert, Stack, Text, Title } from "@mantine/core";
import { useMemo } from "react";
import { nodeId } from "@/api/node";
import { type CriticalPath, failedAbove, type Verdict, verdictOf } from "@/graph/cause";
import { texts } from "@/texts";
import { Answer } from "@/ui/Answer";
import { RunLink } from "@/ui/links";
import { Name } from "@/ui/Name";
import { RunState } from "@/ui/RunState";
import { ToneBadge } from "@/ui/ToneBadge";
import { spanOf, spanSince } from "@/ui/time";
import classes from "../LineagePage.module.css";
import type { PanelProps } from "./SidePanel";

const said = texts.lineage;

/** Why a table is late or failed: what failed above it, and what it had to wait for. */
export function CausePanel(props: PanelProps) {
  const start = props.drawing.graph?.nodes.find((node) => node.id === props.drawing.start);
  return (
    <Stack gap="sm">
      <Title order={2} pr={24}>
        {said.causeTitle(start?.name ?? "")}
      </Title>
      <Answer question={props.drawing.questions.cause} partial={(data) => data.reason}>
        {(data) => <Found path={data} {...props} />}
      </Answer>
    </Stack>
  );
}

function Found({ path, drawing, actions, fly }: PanelProps & { path: CriticalPath }) {
  const { graph, neighbours, start } = drawing;
  const failed = useMemo(
    () => (graph && start ? failedAbove(graph, neighbours, start) : []),
    [graph, neighbours, start],
  );
  const verdict = verdictOf(path, failed);
  const go = (id: string) => {
    actions.select(id);
    fly(id);
  };
  return (
    <Stack gap="sm">
      <Alert
        py="xs"
        role="status"
        color={verdict.kind === "failed" ? "var(--hw-bad)" : "var(--hw-busy)"}
        title={headline(verdict)}
      >
        {verdict.kind === "failed" && (verdict.job.error ?? said.notKnown)}
      </Alert>
      {failed.length > 0 && (
        <section>
          <Title order={3}>{said.failedAbove}</Title>
          <ul className={classes.list}>
            {failed.map((job) => (
              <li key={job.id}>
                <button type="button" className={classes.row} onClick={() => go(job.id)}>
                  <RunState state={job.state} />
                  <strong>
                    <Name of={job.name} />
                  </strong>
                  {job.at && <span className={classes.soft}>{spanSince(job.at)}</span>}
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section>
        <Title order={3}>{said.causePath}</Title>
        {path.steps.length === 0 ? (
          <Text size="sm">{said.causeNone}</Text>
        ) : (
          <ol className={classes.list}>
            {path.steps.map((step) => (
              <li key={step.run_id}>
                <Step step={step} path={path} go={go} />
              </li>
            ))}
          </ol>
        )}
      </section>
    </Stack>
  );
}

interface StepProps {
  step: CriticalPath["steps"][number];
  path: CriticalPath;
  go: (id: string) => void;
}

function Step({ step, path, go }: StepProps) {
  const dominant = path.dominant?.run_id === step.run_id ? path.dominant.what : null;
  const words: Record<string, string> = texts.shared.states;
  return (
    <div className={classes.row}>
      {step.waited_ms !== null && step.waited_ms > 0 && (
        <ToneBadge isSmall tone={dominant === "wait" ? "warn" : "idle"}>
          {said.causeWaited(spanOf(step.waited_ms / 1000))}
        </ToneBadge>
      )}
      <button
        type="button"
        className={classes.name}
        onClick={() => go(nodeId("job", step.job.namespace, step.job.name))}
      >
        <Name of={step.job.name} />
      </button>
      {step.took_ms !== null && (
        <ToneBadge isSmall tone={dominant === "run" ? "warn" : "idle"}>
          {said.causeStep(spanOf(step.took_ms / 1000))}
        </ToneBadge>
      )}
      {step.later && (
        <ToneBadge isSmall tone="bad">
          {said.causeLater(words[step.later.state] ?? step.later.state)}
        </ToneBadge>
      )}
      <span className={`${classes.soft} ${classes.push}`}>
        <RunLink id={step.run_id}>
          {step.ended_at ? spanSince(step.ended_at) : said.openRun}
        </RunLink>
      </span>
    </div>
  );
}

function headline(verdict: Verdict): string {
  if (verdict.kind === "failed") return said.causeFailed(verdict.job.name);
  if (verdict.kind === "running") return said.causeRunning(verdict.step.job.name);
  if (verdict.kind === "unknown") return said.causeUnknown;
  const say = verdict.kind === "run" ? said.causeRun : said.causeWait;
  return say(verdict.dominant.job.name, spanOf(verdict.dominant.ms / 1000));
}
