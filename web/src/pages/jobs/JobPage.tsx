import { Stack } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { texts } from "@/texts";
import { Answer } from "@/ui/Answer";
import { Empty } from "@/ui/Empty";
import { Facets } from "@/ui/Facets";
import { LineageButton } from "@/ui/LineageButton";
import { LongText } from "@/ui/LongText";
import { PageHeader } from "@/ui/PageHeader";
import { Parts, type PartsThere } from "@/ui/Parts";
import { StatementView } from "@/ui/StatementView";
import type { JobTab } from "./address";
import { JobFacts } from "./JobFacts";
import { JobRuns } from "./JobRuns";
import { JobVersions } from "./JobVersions";
import { LatePath } from "./LatePath";
import { type Job, useJob } from "./questions";
import { RunButton } from "./RunButton";

const said = texts.jobs;
const route = getRouteApi("/jobs/job");

/** One job: what it is, what it reads and writes, how its runs go. */
export function JobPage() {
  const { namespace, name } = route.useSearch();
  const question = useJob(namespace, name);
  const here = question.data?.runs_here;
  return (
    <>
      <PageHeader title={name} about={<About namespace={namespace} job={question.data} />}>
        <LineageButton kind="job" namespace={namespace} name={name} />
        {here && <RunButton only={{ kind: here, name }} />}
      </PageHeader>
      <Answer question={question}>
        {(job) => (
          <Stack gap="lg">
            <JobFacts job={job} />
            <PartsOf job={job} />
          </Stack>
        )}
      </Answer>
    </>
  );
}

function About({ namespace, job }: { namespace: string; job: Job | undefined }) {
  return (
    <>
      {namespace}
      {job?.description && (
        <div>
          <LongText label={said.description} text={job.description} />
        </div>
      )}
    </>
  );
}

function PartsOf({ job }: { job: Job }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { sql } = job;
  const parts: PartsThere<JobTab> = {
    runs: () => <JobRuns job={job} />,
    late: () => <LatePath namespace={job.namespace} name={job.name} />,
    sql: sql && (() => <StatementView sql={sql} label={said.sqlOf(job.name)} />),
    versions: () =>
      job.versions.length > 0 ? (
        <JobVersions versions={job.versions} namespace={job.namespace} />
      ) : (
        <Empty title={said.noVersions} />
      ),
    facets: () => <Facets label={said.facetsOf(job.name)} facets={job.facets} />,
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
