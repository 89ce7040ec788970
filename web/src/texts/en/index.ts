import { shared } from "./shared";
import { shell } from "./shell";
import { tables } from "./tables";

export const en = { shared, shell, tables };
