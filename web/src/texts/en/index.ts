import { chart } from "./chart";
import { facets } from "./facets";
import { jobs } from "./jobs";
import { runs } from "./runs";
import { shared } from "./shared";
import { shell } from "./shell";
import { tables } from "./tables";

export const en = { chart, facets, jobs, runs, shared, shell, tables };
