import { Group, List, Paper, Text, Title } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck, IconCircleX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { texts } from "@/texts";
import { PageLink, RunLink, TableLink } from "@/ui/links";
import { spanOf } from "@/ui/time";
import type { FindingLine, Overview } from "./questions";
import classes from "./Verdict.module.css";

const said = texts.home;

/** Whether the lake is well, in words, and what to look at where it is not. */
export function Verdict({ overview }: { overview: Overview }) {
  const { findings } = overview;
  const isBad = findings.some((one) => one.severity === "bad");
  const tone = findings.length === 0 ? "good" : isBad ? "bad" : "warn";
  const Icon = tone === "good" ? IconCircleCheck : tone === "bad" ? IconCircleX : IconAlertTriangle;
  return (
    <Paper withBorder p="md" className={classes.verdict} data-tone={tone} component="section">
      <Group wrap="nowrap" align="flex-start" gap="sm">
        <Icon size={32} aria-hidden className={classes.icon} />
        <div className={classes.words}>
          <Title order={2} size="h3">
            {tone === "good" ? said.well : said.look(findings.length)}
          </Title>
          <Text c="dimmed" size="sm">
            {tone === "good"
              ? said.wellHint(overview.runs.completed, overview.datasets)
              : said.lookHint}
          </Text>
          {findings.length > 0 && (
            <List mt="sm" spacing="xs" listStyleType="none" aria-label={said.findings}>
              {findings.map((one) => (
                <List.Item key={`${one.kind} ${one.subject?.namespace} ${one.subject?.name}`}>
                  <Finding finding={one} />
                </List.Item>
              ))}
            </List>
          )}
        </div>
      </Group>
    </Paper>
  );
}

function Finding({ finding }: { finding: FindingLine }) {
  const { link, detail } = sentenceOf(finding);
  return (
    <div className={classes.finding} data-tone={finding.severity}>
      <span className={classes.dot} role="img" aria-label={said.severity[finding.severity]} />
      <div className={classes.words}>
        <Text span fw={600}>
          {link}
        </Text>
        {detail && (
          <Text span c="dimmed" size="sm" className={classes.detail}>
            {detail}
          </Text>
        )}
      </div>
    </div>
  );
}

/** What a finding says: a link to where it is seen, and a little more. */
function sentenceOf(one: FindingLine): { link: ReactNode; detail?: string | null } {
  const { namespace, name } = one.subject ?? { namespace: "", name: "" };
  const span = one.seconds === null ? "" : spanOf(Math.max(1, Math.round(one.seconds)));
  switch (one.kind) {
    case "failing_job": {
      const since = said.failingSince(one.count, span);
      return {
        link: <RunLink id={one.run ?? ""}>{said.failingJob(name)}</RunLink>,
        detail: one.text ? `${since}: ${one.text}` : since,
      };
    }
    case "failing_jobs":
      return { link: runsThat("FAILED", said.failingJobs(one.count)) };
    case "stuck_runs":
      return { link: runsThat("RUNNING", said.stuck(one.count)), detail: said.stuckHint };
    case "failed_tests":
      return {
        link: (
          <TableLink namespace={namespace} name={name}>
            {said.failedTests(name, one.count)}
          </TableLink>
        ),
        detail: one.text,
      };
    case "late_table":
      return {
        link: (
          <TableLink namespace={namespace} name={name}>
            {said.lateTable(name)}
          </TableLink>
        ),
        detail: said.lateBy(span, spanOf(one.usual_seconds ?? 0)),
      };
    case "quarantine":
      return {
        link: <PageLink to="/ingest/quarantine">{said.quarantined(one.count)}</PageLink>,
        detail: said.quarantinedHint,
      };
    case "refused_events":
      return {
        link: <PageLink to="/events/refused">{said.refused(one.count)}</PageLink>,
        detail: said.refusedHint,
      };
    case "breaking_change":
      return {
        link: (
          <TableLink namespace={namespace} name={name}>
            {said.breaking(name, one.count)}
          </TableLink>
        ),
        detail: one.text,
      };
  }
}

function runsThat(state: string, words: string): ReactNode {
  return (
    <PageLink to="/runs" search={{ state }}>
      {words}
    </PageLink>
  );
}
