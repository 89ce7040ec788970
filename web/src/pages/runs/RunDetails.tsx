import { Paper, Text } from "@mantine/core";
import { texts } from "@/texts";
import { CodeLink } from "@/ui/CodeLink";
import { Facts } from "@/ui/Facts";
import { JobLink, RunLink } from "@/ui/links";
import { Moment } from "@/ui/Moment";
import { RunState } from "@/ui/RunState";
import { Section } from "@/ui/Section";
import type { Run } from "./questions";

const said = texts.runs;
type Reference = Run["upstream"][number];

/** What else is known of a run: what it is part of, for which time it ran, what ran it. */
export function RunDetails({ run }: { run: Run }) {
  const { parent, root, code } = run;
  const kind = [run.kind.integration, run.kind.kind, run.kind.processing].filter(Boolean);
  return (
    <Section title={said.details}>
      <Paper withBorder p="md" bg="var(--hw-surface)">
        <Facts
          facts={[
            [texts.jobs.job, <JobLink key="job" {...run.job} />],
            [said.parent, parent && <RunLink id={parent.id}>{parent.job.name}</RunLink>],
            [said.root, root && <Refers key="root" to={root} />],
            [said.nominal, run.nominal_start && <Nominal key="nominal" run={run} />],
            [said.upstream, run.upstream.length > 0 && <All key="up" to={run.upstream} />],
            [said.downstream, run.downstream.length > 0 && <All key="down" to={run.downstream} />],
            [said.attempts, run.attempts.length > 1 && <Attempts key="attempts" run={run} />],
            [said.engine, [run.engine.name, run.engine.version].filter(Boolean).join(" ")],
            [said.kind, kind.join(" · ").toLowerCase()],
            [said.code, code && <CodeLink key="code" code={code} />],
            [said.version, run.job_version && <Short key="version" id={run.job_version} />],
            [
              said.sameId,
              run.same_id.length > 0 && run.same_id.map((name) => name.name).join(", "),
            ],
            [
              texts.shared.partial,
              run.missed_tasks && said.missed(run.missed_tasks, run.all_tasks ?? run.missed_tasks),
            ],
          ].map(([label, value]) => [String(label), value || null] as const)}
        />
      </Paper>
    </Section>
  );
}

function Short({ id }: { id: string }) {
  return (
    <Text span size="xs" ff="monospace" title={id}>
      …{id.slice(-8)}
    </Text>
  );
}

function Nominal({ run }: { run: Run }) {
  return (
    <>
      <Moment at={run.nominal_start} />
      {run.nominal_end && (
        <>
          {" – "}
          <Moment at={run.nominal_end} />
        </>
      )}
    </>
  );
}

function Attempts({ run }: { run: Run }) {
  return (
    <>
      {run.attempts.map((one) => (
        <div key={`${one.started_at} ${one.ended_at}`}>
          <RunState state={one.state} /> <Moment at={one.started_at ?? one.ended_at} />
        </div>
      ))}
    </>
  );
}

function All({ to }: { to: readonly Reference[] }) {
  return (
    <>
      {to.map((one) => (
        <div key={`${one.namespace}\n${one.name}`}>
          <Refers to={one} />
        </div>
      ))}
    </>
  );
}

function Refers({ to }: { to: Reference }) {
  if (to.run_id) return <RunLink id={to.run_id}>{to.name}</RunLink>;
  return <JobLink namespace={to.namespace} name={to.name} />;
}
