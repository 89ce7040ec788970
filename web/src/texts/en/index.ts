import { chart } from "./chart";
import { shared } from "./shared";
import { shell } from "./shell";
import { tables } from "./tables";

export const en = { chart, shared, shell, tables };
