import { expect, test } from "vitest";
import { colourOf, extremesOf, rowsOf } from "./data";

test("colours go round, unless a series has one of its own", () => {
  const plain = { name: "a", values: [] };
  expect(colourOf(plain, 0)).toBe("series-1");
  expect(colourOf(plain, 6)).toBe("series-1");
  expect(colourOf({ ...plain, colour: "bad" }, 3)).toBe("bad");
});

test("extremes leave out what is not known", () => {
  expect(extremesOf([null, 3, 1, null, 2, null])).toEqual({ least: 1, most: 3, last: 2 });
  expect(extremesOf([null, null])).toBeNull();
  expect(extremesOf([])).toBeNull();
});

test("the table of a chart of times begins with the latest and keeps gaps", () => {
  const rows = rowsOf({ kind: "time", values: ["2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z"] }, [
    { name: "a", values: [1, null] },
    { name: "b", values: [5] },
  ]);
  expect(rows.map((row) => row.at)).toEqual(["2026-01-01T01:00:00Z", "2026-01-01T00:00:00Z"]);
  expect(rows.map((row) => row.values)).toEqual([
    [null, null],
    [1, 5],
  ]);
});

test("the table of a chart of names keeps their order", () => {
  const rows = rowsOf({ kind: "category", values: ["x", "y"] }, [{ name: "a", values: [1, 2] }]);
  expect(rows.map((row) => row.label)).toEqual(["x", "y"]);
});
