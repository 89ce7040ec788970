import { describe, expect, it } from "vitest";
import { readSqlSearch } from "./address";
import { indexAnswer, rowsIn } from "./answer/text";
import { axesOf, chartOf } from "./chartData";
import { lineAndColumn, placeOfProblem } from "./problemPlace";

const head = { row_count: 3, partial: false, reason: null };

function answer(rows: string): string {
  const columns = '[{"name":"a\\"rows\\":[","type":"BIGINT"}]';
  return `{"columns":${columns},"rows":${rows},"row_count":3,"partial":false,"reason":null}`;
}

describe("an answer", () => {
  it("is cut into rows whatever stands in their texts", () => {
    const rows = '[["]\\"[",{"a":[1,"}"]}],[null,[]],["\\\\",1]]';
    const found = indexAnswer(answer(rows));
    expect(found.head).toMatchObject(head);
    expect(found.head.columns[0]?.name).toBe('a"rows":[');
    expect(rowsIn(found, 0, 3)).toEqual(JSON.parse(rows));
    expect(rowsIn(found, 1, 99)).toEqual(JSON.parse(rows).slice(1));
  });

  it("keeps every digit of numbers that JavaScript cannot hold", () => {
    const found = indexAnswer(answer("[[9007199254740993],[0.1],[123456789.123456789123]]"));
    const [[big], [small], [long]] = rowsIn(found, 0, 3) as [[unknown], [unknown], [unknown]];
    expect(String(small)).toBe("0.1");
    // Where the engine tells a reviver the source of a number, as browsers do.
    const tells =
      JSON.parse("1", (_k, _v, context?: { source: string }) => context?.source) === "1";
    expect(String(big)).toBe(tells ? "9007199254740993" : "9007199254740992");
    expect(String(long)).toContain("123456789.12345");
  });

  it("without rows has none", () => {
    expect(rowsIn(indexAnswer(answer("[]").replace("3", "0")), 0, 10)).toEqual([]);
  });
});

describe("a problem", () => {
  it("is at the character that the server's bytes mean", () => {
    expect(placeOfProblem({ position: 17 }, "SELECT 'äöü', lenght(x)")).toBe(14);
    expect(placeOfProblem({ offset: 3 }, "SELECT")).toBe(3);
  });

  it("is at the name that its words quote where no place is told", () => {
    const body = { detail: "there is no table 'curated.x'", position: 900 };
    expect(placeOfProblem(body, "SELECT 1 FROM curated.X")).toBe(14);
    expect(placeOfProblem({ detail: "it ran too long" }, "SELECT 1")).toBeUndefined();
    expect(placeOfProblem(undefined, "SELECT 1")).toBeUndefined();
  });

  it("is told by line and column", () => {
    expect(lineAndColumn("SELECT 1\nFROM x", 14)).toEqual({ line: 2, column: 6 });
  });
});

describe("a chart of an answer", () => {
  const columns = [
    { name: "day", type: "DATE" },
    { name: "city", type: "VARCHAR" },
    { name: "rain", type: "DOUBLE" },
  ];

  it("takes time along the bottom and numbers upwards, or what is asked for", () => {
    expect(axesOf(columns, {})).toEqual({ x: 0, y: 2 });
    expect(axesOf(columns, { x: "city" })).toEqual({ x: 1, y: 2 });
    expect(axesOf(columns.slice(0, 2), {})).toBeUndefined();
    expect(axesOf([{ name: "n", type: "BIGINT" }], {})).toEqual({ x: 0, y: 0 });
  });

  it("is ordered by time and leaves what is no number open", () => {
    const points = [
      ["2026-01-02", "2026-01-01"],
      ["NaN", 3],
    ];
    const found = chartOf(columns, { x: 0, y: 2 }, points);
    expect(found.along.values).toEqual(["2026-01-01", "2026-01-02"]);
    expect(found.series[0]?.values).toEqual([3, null]);
    expect(found.isLine).toBe(true);
  });
});

describe("the address", () => {
  it("keeps what it knows", () => {
    expect(readSqlSearch({ statement: "SELECT 1", view: "chart", x: "a", more: 1 })).toEqual({
      statement: "SELECT 1",
      view: "chart",
      x: "a",
    });
    expect(readSqlSearch({ view: "pie", asOf: 12 })).toEqual({ asOf: "12" });
  });
});
