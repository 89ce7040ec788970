import { thousands } from "./thousands";

/** Texts of the tree of facets. */
export const facets = {
  copyAll: "Copy all as JSON",
  copyOne: (name: string) => `Copy ${name}`,
  openAll: "Open all",
  closeAll: "Close all",
  more: (count: string) => `${thousands(Number(count))} more`,
  keys: "Arrow keys move and open, c copies",
  empty: "No facets were sent.",
} as const;
