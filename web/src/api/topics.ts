/**
 * What the server tells of as it changes; the first part of a question's key names its topic, or
 * is a list of several.
 */
export const topics = ["lineage", "records", "tables", "telemetry", "sql"] as const;

export type Topic = (typeof topics)[number];
