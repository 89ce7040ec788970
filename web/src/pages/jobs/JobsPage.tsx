import { Text } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { texts } from "@/texts";
import { Answer } from "@/ui/Answer";
import { Empty } from "@/ui/Empty";
import { NoMatch } from "@/ui/NoMatch";
import { PageButtons } from "@/ui/PageButtons";
import { PageHeader } from "@/ui/PageHeader";
import type { JobsSearch } from "./address";
import { JobFilters } from "./JobFilters";
import { JobLines } from "./JobLines";
import { useJobs } from "./questions";
import { RunButton } from "./RunButton";

const said = texts.jobs;
const route = getRouteApi("/jobs");

/** The jobs of all producers, with how their last runs went. */
export function JobsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const jobs = useJobs(search);
  const change = (changed: JobsSearch) =>
    void navigate({ search: { ...search, after: undefined, ...changed }, replace: true });
  return (
    <>
      <PageHeader title={said.title} about={said.about}>
        <RunButton />
      </PageHeader>
      <JobFilters search={search} namespaces={jobs.data?.namespaces ?? []} change={change} />
      <Answer
        question={jobs}
        partial={(data) => data.reason}
        empty={{
          when: (data) => data.jobs.length === 0 && !data.partial,
          show: <Nothing search={search} />,
        }}
      >
        {(data) => (
          <>
            {data.total !== null && (
              <Text size="sm" c="dimmed" aria-live="polite">
                {said.count(data.total)}
              </Text>
            )}
            <JobLines jobs={data.jobs} hasNamespaces={data.namespaces.length > 1} />
            <PageButtons
              label={said.pages}
              after={search.after}
              next={data.next}
              go={(after) => void navigate({ search: { ...search, after } })}
            />
          </>
        )}
      </Answer>
    </>
  );
}

function Nothing({ search }: { search: JobsSearch }) {
  const isFiltered = Object.keys(search).length > 0;
  if (!isFiltered) return <Empty title={said.empty}>{said.emptyHint}</Empty>;
  return <NoMatch title={said.none} hint={said.noneHint} to="/jobs" />;
}
