import { chart } from "./chart";
import { facets } from "./facets";
import { grid } from "./grid";
import { home } from "./home";
import { jobs } from "./jobs";
import { lineage } from "./lineage";
import { runs } from "./runs";
import { search } from "./search";
import { shared } from "./shared";
import { shell } from "./shell";
import { tables } from "./tables";
import { timeline } from "./timeline";
import { serviceMap, trace, traces } from "./traces";
import { waterfall } from "./waterfall";

export const en = {
  chart,
  facets,
  grid,
  home,
  jobs,
  lineage,
  runs,
  search,
  serviceMap,
  shared,
  shell,
  tables,
  timeline,
  trace,
  traces,
  waterfall,
};
