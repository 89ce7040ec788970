import { describe, expect, it } from "vitest";
import { statisticsOf, testLines } from "./quality";
import type { QualityCheck } from "./questions";
import { changeInWords } from "./schemaWords";

function check(given: Partial<QualityCheck>): QualityCheck {
  return {
    run: "r",
    job: { namespace: "n", name: "j" },
    state: "COMPLETED",
    at: null,
    direction: "output",
    rows: 10,
    bytes: null,
    files: null,
    part: null,
    tests: [],
    columns: {},
    ...given,
  };
}

const test = { name: "not_null", severity: null, expected: null, actual: null };

describe("tests of a table", () => {
  it("are one line each with their history, those that fail first", () => {
    const lines = testLines([
      check({ tests: [{ ...test, column: "a", status: "pass" }] }),
      check({
        tests: [
          { ...test, column: "a", status: "fail" },
          { ...test, column: "b", status: "fail" },
        ],
      }),
    ]);
    expect(lines.map((line) => [line.column, line.status, line.history])).toEqual([
      ["b", "fail", [false]],
      ["a", "pass", [false, true]],
    ]);
  });
});

describe("statistics", () => {
  it("are of the last run that wrote", () => {
    const found = statisticsOf([
      check({ direction: "input", columns: { a: { min: 1 } } }),
      check({ columns: { a: { count: 8, nullCount: 2, sum: 16, max: 9 } } }),
    ]);
    expect(found?.columns).toEqual([{ name: "a", filled: 0.8, most: 9, mean: 2 }]);
  });

  it("are not there where no run measured", () => {
    expect(statisticsOf([check({})])).toBeUndefined();
  });
});

describe("a change of a schema", () => {
  it("is a sentence, also of a kind that is not known", () => {
    const change = { change: "type_changed", column: "a", before: "int", after: "text" };
    expect(changeInWords(change)).toBe("a is of another type: int became text");
    expect(changeInWords({ ...change, change: "new_kind" })).toBe("a: new_kind");
  });
});
