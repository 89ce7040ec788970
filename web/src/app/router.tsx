import { createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { uiPath } from "@/api/place";
import { readConformanceSearch, readEventsSearch, readRefusedSearch } from "@/pages/events/address";
import { readHomeSearch } from "@/pages/home/address";
import { readQuarantineSearch, readSourceSearch } from "@/pages/ingest/address";
import { readJobSearch, readJobsSearch } from "@/pages/jobs/address";
import { readLineageSearch } from "@/pages/lineage/address";
import { readCompareSearch, readRunSearch, readRunsSearch } from "@/pages/runs/address";
import { readSearchSearch } from "@/pages/search/address";
import { readSqlSearch } from "@/pages/sql/address";
import { readTableSearch, readTablesSearch } from "@/pages/tables/address";
import { readMapSearch, readTraceSearch, readTracesSearch } from "@/pages/traces/address";
import { Crashed } from "./Crashed";
import { rootRoute } from "./root";

/*
 * An address for each page, and what its page reads out of the query of the address. A page is
 * loaded when it is opened; what its address means is in `pages/NAME/address.ts`, so that others
 * can link to it without loading it.
 */
const ingest = createRoute({
  getParentRoute: () => rootRoute,
  path: "/ingest",
  component: lazyRouteComponent(() => import("@/pages/ingest/IngestPage"), "IngestPage"),
});

const source = createRoute({
  getParentRoute: () => rootRoute,
  path: "/ingest/source",
  validateSearch: readSourceSearch,
  component: lazyRouteComponent(() => import("@/pages/ingest/SourcePage"), "SourcePage"),
});

const quarantine = createRoute({
  getParentRoute: () => rootRoute,
  path: "/ingest/quarantine",
  validateSearch: readQuarantineSearch,
  component: lazyRouteComponent(() => import("@/pages/ingest/QuarantinePage"), "QuarantinePage"),
});

const events = createRoute({
  getParentRoute: () => rootRoute,
  path: "/events",
  validateSearch: readEventsSearch,
  component: lazyRouteComponent(() => import("@/pages/events/EventsPage"), "EventsPage"),
});

const conformance = createRoute({
  getParentRoute: () => rootRoute,
  path: "/events/conformance",
  validateSearch: readConformanceSearch,
  component: lazyRouteComponent(() => import("@/pages/events/ConformancePage"), "ConformancePage"),
});

const refused = createRoute({
  getParentRoute: () => rootRoute,
  path: "/events/refused",
  validateSearch: readRefusedSearch,
  component: lazyRouteComponent(() => import("@/pages/events/RefusedPage"), "RefusedPage"),
});

const home = createRoute({
  getParentRoute: () => rootRoute,
  path: "/",
  validateSearch: readHomeSearch,
  component: lazyRouteComponent(() => import("@/pages/home/HomePage"), "HomePage"),
});

const tables = createRoute({
  getParentRoute: () => rootRoute,
  path: "/tables",
  validateSearch: readTablesSearch,
  component: lazyRouteComponent(() => import("@/pages/tables/TablesPage"), "TablesPage"),
});

const table = createRoute({
  getParentRoute: () => rootRoute,
  path: "/tables/table",
  validateSearch: readTableSearch,
  component: lazyRouteComponent(() => import("@/pages/tables/TablePage"), "TablePage"),
});

const sql = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sql",
  validateSearch: readSqlSearch,
  component: lazyRouteComponent(() => import("@/pages/sql/SqlPage"), "SqlPage"),
});

const lineage = createRoute({
  getParentRoute: () => rootRoute,
  path: "/lineage",
  validateSearch: readLineageSearch,
  component: lazyRouteComponent(() => import("@/pages/lineage/LineagePage"), "LineagePage"),
});

const traces = createRoute({
  getParentRoute: () => rootRoute,
  path: "/traces",
  validateSearch: readTracesSearch,
  component: lazyRouteComponent(() => import("@/pages/traces/TracesPage"), "TracesPage"),
});

const trace = createRoute({
  getParentRoute: () => rootRoute,
  path: "/traces/trace",
  validateSearch: readTraceSearch,
  component: lazyRouteComponent(() => import("@/pages/traces/TracePage"), "TracePage"),
});

const serviceMap = createRoute({
  getParentRoute: () => rootRoute,
  path: "/traces/map",
  validateSearch: readMapSearch,
  component: lazyRouteComponent(() => import("@/pages/traces/MapPage"), "MapPage"),
});

const search = createRoute({
  getParentRoute: () => rootRoute,
  path: "/search",
  validateSearch: readSearchSearch,
  component: lazyRouteComponent(() => import("@/pages/search/SearchPage"), "SearchPage"),
});

const jobs = createRoute({
  getParentRoute: () => rootRoute,
  path: "/jobs",
  validateSearch: readJobsSearch,
  component: lazyRouteComponent(() => import("@/pages/jobs/JobsPage"), "JobsPage"),
});

const job = createRoute({
  getParentRoute: () => rootRoute,
  path: "/jobs/job",
  validateSearch: readJobSearch,
  component: lazyRouteComponent(() => import("@/pages/jobs/JobPage"), "JobPage"),
});

const runs = createRoute({
  getParentRoute: () => rootRoute,
  path: "/runs",
  validateSearch: readRunsSearch,
  component: lazyRouteComponent(() => import("@/pages/runs/RunsPage"), "RunsPage"),
});

const run = createRoute({
  getParentRoute: () => rootRoute,
  path: "/runs/run",
  validateSearch: readRunSearch,
  component: lazyRouteComponent(() => import("@/pages/runs/RunPage"), "RunPage"),
});

const runComparison = createRoute({
  getParentRoute: () => rootRoute,
  path: "/runs/compare",
  validateSearch: readCompareSearch,
  component: lazyRouteComponent(() => import("@/pages/runs/ComparePage"), "ComparePage"),
});

const routes = rootRoute.addChildren([
  home,
  lineage,
  tables,
  table,
  sql,
  search,
  serviceMap,
  trace,
  traces,
  jobs,
  job,
  runs,
  run,
  runComparison,
  ingest,
  source,
  quarantine,
  events,
  conformance,
  refused,
]);

export function createPages() {
  return createRouter({
    routeTree: routes,
    basepath: uiPath,
    defaultPreload: "intent",
    defaultErrorComponent: Crashed,
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createPages>;
  }
}
