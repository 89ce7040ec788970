import { chart } from "./chart";
import { events } from "./events";
import { facets } from "./facets";
import { grid } from "./grid";
import { home } from "./home";
import { ingest } from "./ingest";
import { jobs } from "./jobs";
import { lineage } from "./lineage";
import { runs } from "./runs";
import { search } from "./search";
import { shared } from "./shared";
import { shell } from "./shell";
import { sql } from "./sql";
import { tables } from "./tables";
import { timeline } from "./timeline";
import { serviceMap, trace, traces } from "./traces";
import { waterfall } from "./waterfall";

export const en = {
  chart,
  events,
  facets,
  grid,
  home,
  ingest,
  jobs,
  lineage,
  runs,
  search,
  serviceMap,
  shared,
  shell,
  sql,
  tables,
  timeline,
  trace,
  traces,
  waterfall,
};
