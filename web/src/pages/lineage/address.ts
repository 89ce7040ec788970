import { type Layer, layers } from "@/graph/card";
import { hopOf } from "@/graph/open";

/** What the address of the lineage page says; what is as usual is left out. */
export interface LineageSearch {
  /** Around which table or job; without it what changed last. */
  node?: string;
  direction?: "up" | "down";
  depth?: number;
  /** Sides of nodes that were opened, as `up:MOST:NODE`. */
  open?: string[];
  show?: "tables" | "jobs";
  group?: "parent" | "prefix" | "namespace";
  layers?: Layer[];
  view?: "table";
  mode?: "impact" | "cause" | "changes";
  /** The id of the column whose path is lit, or which is to change in mode impact. */
  column?: string;
  selected?: string;
  /** The node whose whole path is lit. */
  path?: string;
  /** The time that is shown, without it now; and in mode changes the time to compare with. */
  at?: string;
  since?: string;
  /** Cards whose columns are all open. */
  wide?: string[];
  budget?: number;
}

export const MOST_DEPTH = 100;

export function readLineageSearch(given: Record<string, unknown>): LineageSearch {
  const found: LineageSearch = {};
  for (const name of ["node", "column", "selected", "path"] as const) {
    const value = given[name];
    if (typeof value === "string" && value.includes(":")) found[name] = value;
  }
  for (const name of ["at", "since"] as const) {
    const value = given[name];
    if (typeof value === "string" && !Number.isNaN(Date.parse(value))) found[name] = value;
  }
  const { direction, show, group, mode } = given;
  if (direction === "up" || direction === "down") found.direction = direction;
  if (show === "tables" || show === "jobs") found.show = show;
  if (group === "parent" || group === "prefix" || group === "namespace") found.group = group;
  if (mode === "impact" || mode === "cause" || mode === "changes") found.mode = mode;
  if (given.view === "table") found.view = "table";
  const depth = Number(given.depth);
  if (Number.isInteger(depth) && depth > 1) found.depth = Math.min(depth, MOST_DEPTH);
  const budget = Number(given.budget);
  if (Number.isInteger(budget) && budget > 0) found.budget = Math.min(budget, 10_000);
  const opened = textsOf(given.open).filter((text) => hopOf(text) !== null);
  if (opened.length > 0) found.open = opened;
  const wide = textsOf(given.wide);
  if (wide.length > 0) found.wide = wide;
  if (Array.isArray(given.layers)) {
    found.layers = layers.filter((one) => textsOf(given.layers).includes(one));
  }
  return found;
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
}
