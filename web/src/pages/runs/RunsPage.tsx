import { getRouteApi } from "@tanstack/react-router";
import { texts } from "@/texts";
import { Answer } from "@/ui/Answer";
import { Empty } from "@/ui/Empty";
import { NoMatch } from "@/ui/NoMatch";
import { PageButtons } from "@/ui/PageButtons";
import { PageHeader } from "@/ui/PageHeader";
import { Timeline } from "@/ui/Timeline";
import type { RunsSearch } from "./address";
import { useRuns } from "./questions";
import { RunFilters } from "./RunFilters";

const said = texts.runs;
const route = getRouteApi("/runs");

/** Runs of all producers along an axis of time, children below parents. */
export function RunsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const runs = useRuns(search);
  const change = (changed: RunsSearch) =>
    void navigate({ search: { ...search, after: undefined, ...changed }, replace: true });
  return (
    <>
      <PageHeader title={said.title} about={said.about} />
      <RunFilters search={search} change={change} />
      <Answer
        question={runs}
        empty={{ when: (data) => data.runs.length === 0, show: <Nothing search={search} /> }}
      >
        {(data) => (
          <>
            <Timeline
              key={String(search.fold)}
              caption={said.caption}
              runs={data.runs}
              isFolded={search.fold === true}
              isOneJob={search.job !== undefined}
            />
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

function Nothing({ search }: { search: RunsSearch }) {
  const { fold: _fold, ...filters } = search;
  if (Object.keys(filters).length === 0) {
    return <Empty title={said.empty}>{said.emptyHint}</Empty>;
  }
  return <NoMatch title={said.none} hint={said.noneHint} to="/runs" />;
}
