import { texts } from "@/texts";
import { PageLink } from "@/ui/links";
import { countOf } from "@/ui/numbers";
import { Stat, Stats } from "@/ui/Stat";
import type { Overview } from "./questions";

const said = texts.home;

/** The figures of a day, each a link to what it counts. */
export function Figures({ overview }: { overview: Overview }) {
  const { runs, ingest, quality } = overview;
  const failedTests = quality.reduce((sum, one) => sum + one.failed.length, 0);
  const tests = quality.reduce((sum, one) => sum + one.passed, failedTests);
  return (
    <section aria-label={said.figures}>
      <Stats>
        <Stat
          label={said.inFlight}
          value={runsThat("RUNNING", runs.in_flight)}
          note={runs.in_flight === 0 ? said.inFlightNone : runs.flying[0]?.job.name}
          tone={runs.in_flight > 0 ? "busy" : undefined}
        />
        <Stat
          label={said.failed}
          value={runsThat("FAILED", runs.failed)}
          note={failureNote(runs)}
          tone={runs.failing_jobs > 0 ? "bad" : undefined}
        />
        <Stat
          label={said.completed}
          value={runsThat("COMPLETED", runs.completed)}
          note={said.day}
        />
        <Stat
          label={said.records}
          value={<PageLink to="/ingest">{countOf(ingest.last_hour)}</PageLink>}
          note={said.recordsDay(countOf(ingest.last_day))}
        />
        <Stat
          label={said.waiting}
          value={<PageLink to="/ingest/quarantine">{countOf(ingest.quarantined)}</PageLink>}
          note={ingest.quarantined > 0 ? said.waitingSome : said.waitingNone}
          tone={ingest.quarantined > 0 ? "warn" : undefined}
        />
        <Stat
          label={said.tests}
          value={countOf(tests - failedTests)}
          note={tests === 0 ? said.testsNone : said.testsOf(tests)}
          tone={failedTests > 0 ? "bad" : undefined}
        />
      </Stats>
    </section>
  );
}

function runsThat(state: string, count: number) {
  return (
    <PageLink to="/runs" search={{ state }}>
      {countOf(count)}
    </PageLink>
  );
}

function failureNote(runs: Overview["runs"]): string {
  if (runs.failed === 0) return said.failedNone;
  return runs.failing_jobs === 0 ? said.recovered : said.stillFailing(runs.failing_jobs);
}
