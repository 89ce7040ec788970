import type { QualityCheck } from "./questions";

/** A test over all runs that made it: the last result, and whether it passed, oldest first. */
export interface TestLine {
  id: string;
  name: string;
  column: string | null;
  status: string;
  expected: string | null;
  actual: string | null;
  history: boolean[];
}

/** The tests of runs, each once, those that fail first; `checks` are the latest first. */
export function testLines(checks: readonly QualityCheck[]): TestLine[] {
  const found = new Map<string, TestLine>();
  for (const check of checks) {
    for (const test of check.tests) {
      const id = `${test.name}\n${test.column ?? ""}`;
      const line = found.get(id);
      const passed = test.status === "pass";
      if (line) line.history.unshift(passed);
      else found.set(id, { id, ...test, history: [passed] });
    }
  }
  return [...found.values()].sort(
    (one, other) => Number(one.status === "pass") - Number(other.status === "pass"),
  );
}

/** What the last run that measured columns found in one. */
export interface ColumnStatistics {
  name: string;
  filled?: number;
  distinct?: number;
  least?: number;
  most?: number;
  mean?: number;
}

/** The statistics of the latest run that wrote and measured columns; of readers where none did. */
export function statisticsOf(
  checks: readonly QualityCheck[],
): { rows: number | null; columns: ColumnStatistics[] } | undefined {
  const measured = checks.filter((check) => Object.keys(check.columns).length > 0);
  const latest = measured.find((check) => check.direction === "output") ?? measured[0];
  if (!latest) return undefined;
  const columns = Object.entries(latest.columns).map(([name, said]) => columnOf(name, said));
  return { rows: latest.rows, columns };
}

function columnOf(name: string, said: Record<string, number>): ColumnStatistics {
  const { count, nullCount, distinctCount, min, max, sum } = said;
  const rows = count === undefined || nullCount === undefined ? undefined : count + nullCount;
  return {
    name,
    ...(rows && count !== undefined && { filled: count / rows }),
    ...(distinctCount !== undefined && { distinct: distinctCount }),
    ...(min !== undefined && { least: min }),
    ...(max !== undefined && { most: max }),
    ...(sum !== undefined && count && { mean: sum / count }),
  };
}
