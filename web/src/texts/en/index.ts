import { chart } from "./chart";
import { facets } from "./facets";
import { home } from "./home";
import { jobs } from "./jobs";
import { lineage } from "./lineage";
import { runs } from "./runs";
import { shared } from "./shared";
import { shell } from "./shell";
import { tables } from "./tables";
import { timeline } from "./timeline";

export const en = { chart, facets, home, jobs, lineage, runs, shared, shell, tables, timeline };
