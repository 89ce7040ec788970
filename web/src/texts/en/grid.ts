import { thousands } from "./thousands";

/** Texts of rows of values. */
export const grid = {
  number: "Number of the row",
  row: (number: number) => `Row ${thousands(number)}`,
  copyOf: (column: string) => `Copy ${column}`,
} as const;
