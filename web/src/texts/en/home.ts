import { thousands } from "./thousands";

const things = (count: number) => (count === 1 ? "1 thing" : `${count} things`);
const of = (count: number, one: string, many: string) =>
  count === 1 ? `1 ${one}` : `${thousands(count)} ${many}`;

/** Texts of the first page. */
export const home = {
  title: "Home",
  well: "The lake is well",
  wellHint: (runs: number, tables: number) =>
    `No job fails, no table is late, nothing waits in quarantine. ${of(runs, "run", "runs")} completed in the last 24 hours over ${of(tables, "dataset", "datasets")}.`,
  look: (count: number) => `Look at ${things(count)}`,
  lookHint: "The worst first; each leads to where it can be seen.",
  findings: "What to look at",
  severity: { bad: "Serious", warn: "Worth a look" },
  failingJob: (job: string) => `${job} fails`,
  failingSince: (failures: number, span: string) =>
    failures > 1 ? `its last ${failures} runs failed, since ${span} ago` : `${span} ago`,
  failingJobs: (count: number) => `${of(count, "more job fails", "more jobs fail")}`,
  failedTests: (table: string, count: number) => `${of(count, "test", "tests")} failed on ${table}`,
  lateTable: (table: string) => `${table} is late`,
  lateBy: (age: string, usual: string) => `written ${age} ago; usually every ${usual}`,
  quarantined: (count: number) => `${of(count, "record waits", "records wait")} in quarantine`,
  quarantinedHint: "Not accepted as sent. Fix and replay.",
  refused: (count: number) => `${of(count, "lineage event was", "lineage events were")} refused`,
  refusedHint: "Not understood, but kept. Fix and replay.",
  stuck: (count: number) => `${of(count, "run", "runs")} began over a day ago and never ended`,
  stuckHint: "The job may have died without a word.",
  breaking: (table: string, count: number) =>
    `${of(count, "column", "columns")} of ${table} changed in a way that breaks readers`,

  figures: "Figures of the last 24 hours",
  inFlight: "Runs in flight",
  inFlightNone: "nothing runs",
  failed: "Runs failed",
  failedNone: "in the last 24 hours",
  recovered: "all these jobs completed since",
  stillFailing: (count: number) => `${of(count, "job fails", "jobs fail")} still`,
  completed: "Runs completed",
  day: "in the last 24 hours",
  records: "Records in the last hour",
  recordsDay: (count: string) => `${count} in 24 hours`,
  waiting: "In quarantine",
  waitingNone: "nothing waits",
  waitingSome: "waiting for somebody",
  tests: "Tests passed",
  testsOf: (all: number) => `of ${thousands(all)} in the last runs`,
  testsNone: "no run tested anything",

  changes: "What changed since",
  since: "Since when",
  spans: { "1": "an hour ago", "24": "yesterday", "168": "a week ago", "720": "a month ago" },
  nothingChanged: "Nothing: no table, job, column or arrow came, went or changed.",
  allNew: "Everything in this lake is younger than that.",
  newTables: "New datasets",
  goneTables: "Removed datasets",
  newJobs: "New jobs",
  goneJobs: "Removed jobs",
  schemas: "Columns that changed",
  breakingBadge: "breaking",
  arrowsCame: "New arrows",
  arrowsWent: "Arrows that went",
  reads: "reads",
  writes: "writes",
  seeRun: "the run that did",
  change: {
    column_removed: (column: string) => `${column} removed`,
    column_renamed: (column: string, _: string | null, after: string | null) =>
      `${column} renamed to ${after}`,
    type_narrowed: (column: string, before: string | null, after: string | null) =>
      `${column} narrowed from ${before} to ${after}`,
    type_changed: (column: string, before: string | null, after: string | null) =>
      `${column} changed from ${before} to ${after}`,
    nullable_loosened: (column: string) => `${column} may be null now`,
    nullable_tightened: (column: string) => `${column} must not be null now`,
    type_widened: (column: string, before: string | null, after: string | null) =>
      `${column} widened from ${before} to ${after}`,
    column_added: (column: string, _: string | null, after: string | null) =>
      after ? `${column} added (${after})` : `${column} added`,
    columns_moved: () => "the order of columns changed",
    description_changed: (column: string) => `${column} is described anew`,
  },

  freshness: "Freshness of curated tables",
  freshnessAll: "All tables",
  table: "Table",
  written: "Written",
  rhythm: "Usually",
  rhythmEvery: (span: string) => `every ${span}`,
  state: "State",
  states: { fresh: "fresh", late: "late" },
  tooFew: "too few writes to tell",
  noCurated: "No curated table yet. Jobs write them when records are processed.",
  freshnessMore: (shown: number, all: number) => `The first ${shown} of ${all} tables.`,

  ingest: "Records that came in",
  ingestAll: "Sources",
  rate: "Records per half hour, last 24 hours",
  accepted: "accepted",
  rejected: "rejected",
  noRecords: "No record came in the last 24 hours.",

  quality: "Quality",
  qualityHint: "What the last run that tested a dataset found, in the last 24 hours.",
  passed: (passed: number, all: number) => `${passed} of ${all} passed`,
  testsColumn: "Tests",
  score: "Score",
  testedAt: "Tested",
  noTests: "No run of the last 24 hours tested anything.",
  qualityPartial: "Only of the runs that ended last.",

  first: "Nothing is here yet. Send the first record",
  firstHint:
    "Headwater takes it, keeps it, proposes a schema and makes tables of it. This page comes alive by itself.",
  firstRecord: "1. A record",
  firstRecordHint: "Any JSON, to a source of any name. It is yours to query a moment later.",
  firstEvent: "2. A lineage event",
  firstEventHint:
    "OpenLineage producers (Airflow, dbt, Spark) send theirs when this address is set as their URL.",
  firstSpan: "3. A span",
  firstSpanHint: "Anything with an OpenTelemetry SDK exports to this address over HTTP.",
  firstDemo: "Or look around with real data first:",
  command: (what: string) => `Command: ${what}`,
} as const;
