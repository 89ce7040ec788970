import { Group, Stack } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { texts } from "@/texts";
import { Answer } from "@/ui/Answer";
import { CopyButton } from "@/ui/CopyButton";
import { Empty } from "@/ui/Empty";
import { JobLink, PageLink } from "@/ui/links";
import { PageHeader } from "@/ui/PageHeader";
import { Parts, type PartsThere } from "@/ui/Parts";
import { StatementView } from "@/ui/StatementView";
import type { RunTab } from "./address";
import { type Run, useRun } from "./questions";
import { RunActions } from "./RunActions";
import { RunFacets } from "./RunFacets";
import { RunHead } from "./RunHead";
import { RunLogs } from "./RunLogs";
import { RunOverview } from "./RunOverview";
import { RunQuality } from "./RunQuality";

const said = texts.runs;
const route = getRouteApi("/runs/run");

/** One run: how it ended and why, what it read and wrote, where its time went. */
export function RunPage() {
  const search = route.useSearch();
  if (search.id === "") return <NoRun />;
  return <OneRun key={search.id} />;
}

function NoRun() {
  return (
    <>
      <PageHeader title={said.run} />
      <Empty title={said.noId}>
        {said.noIdHint}{" "}
        <PageLink to="/runs" isInText>
          {said.toRuns}
        </PageLink>
      </Empty>
    </>
  );
}

function OneRun() {
  const { id, namespace, job } = route.useSearch();
  const question = useRun({ id, namespace, job });
  const run = question.data;
  return (
    <>
      <PageHeader
        title={run ? said.runOf(run.job.name) : said.run}
        about={<About id={id} run={run} />}
      >
        {run && <RunActions run={run} />}
      </PageHeader>
      <Answer question={question}>
        {(whole) => (
          <Stack gap="md">
            <RunHead run={whole} />
            <PartsOf run={whole} />
          </Stack>
        )}
      </Answer>
    </>
  );
}

function About({ id, run }: { id: string; run: Run | undefined }) {
  return (
    <Group gap="xs">
      {run && <span>{run.job.namespace}</span>}
      {run && <JobLink namespace={run.job.namespace} name={run.job.name} />}
      <Group gap={4} wrap="nowrap">
        <span style={{ fontFamily: "var(--hw-mono)", overflowWrap: "anywhere" }}>{id}</span>
        <CopyButton text={id} label={said.copyId} />
      </Group>
    </Group>
  );
}

function PartsOf({ run }: { run: Run }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { sql } = run;
  const parts: PartsThere<RunTab> = {
    overview: () => <RunOverview run={run} />,
    sql: sql && (() => <StatementView sql={sql} label={said.sqlOf(run.job.name)} />),
    logs: () => <RunLogs id={run.id} />,
    quality: () => <RunQuality run={run} />,
    facets: () => <RunFacets run={run} />,
  };
  return (
    <Parts
      parts={parts}
      titles={said}
      chosen={search.tab}
      choose={(tab) => void navigate({ search: { ...search, tab }, replace: true })}
    />
  );
}
