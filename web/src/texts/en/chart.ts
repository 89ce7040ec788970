/** Texts of charts. */
export const chart = {
  asTable: "Table",
  asChart: "Chart",
  tableOf: (title: string) => `Table of: ${title}`,
  chartOf: (title: string) => `Chart of: ${title}`,
  time: "Time",
  place: "Name",
  nothing: "Nothing to show.",
  range: (from: string, to: string) => `From ${from} to ${to}.`,
  series: (name: string, least: string, most: string, last: string) =>
    `${name}: between ${least} and ${most}, at the end ${last}.`,
  unknown: (name: string) => `${name}: nothing known.`,
} as const;
