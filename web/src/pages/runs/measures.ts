/** What was measured of a column, by the name of the metric. */
export interface Measured {
  column: string;
  values: Readonly<Record<string, number>>;
}

/** The metrics of columns as a table: which metrics there are, and a row for each column. */
export function measuredOf(columns: Readonly<Record<string, Readonly<Record<string, number>>>>): {
  metrics: string[];
  rows: Measured[];
} {
  const rows = Object.entries(columns)
    .filter(([, values]) => Object.keys(values).length > 0)
    .map(([column, values]) => ({ column, values }));
  const metrics = new Set(rows.flatMap((row) => Object.keys(row.values)));
  return { metrics: [...metrics], rows };
}
