/** Texts of the pages about tables. */
export const tables = {
  title: "Tables",
  about: "What is in the lake, by zone: raw as sent, processed with types, curated for people.",
  table: "Table",
  rows: "Rows",
  size: "Size",
  changed: "Changed",
  empty: "No tables yet",
  emptyHint: "Send a record to /ingest/SOURCE, or run `headwater demo`.",
} as const;
