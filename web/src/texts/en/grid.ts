/** Texts of rows of values. */
export const grid = {
  number: "Number of the row",
  row: (number: number) => `Row ${number.toLocaleString("en")}`,
  copyOf: (column: string) => `Copy ${column}`,
} as const;
