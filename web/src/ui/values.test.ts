import { describe, expect, it } from "vitest";
import { cellText, isNumeric, prettyText, valueText, widthsOf } from "./values";
import { MOST_PIXELS, placeOf, scrollFor } from "./window";

describe("values", () => {
  it("are text of one line in a cell", () => {
    expect(cellText("a\n  b")).toBe("a ⏎ b");
    expect(cellText({ a: [1, null] })).toBe('{"a":[1,null]}');
    expect(valueText(null)).toBe("null");
    expect(valueText("12345678901234567890")).toBe("12345678901234567890");
  });

  it("of a long text are cut", () => {
    expect(cellText("x".repeat(5_000)).length).toBeLessThan(500);
  });

  it("that are JSON are indented, others are left", () => {
    expect(prettyText('{"a":1}')).toEqual({ text: '{\n  "a": 1\n}', isJson: true });
    expect(prettyText("{no")).toEqual({ text: "{no", isJson: false });
    expect(prettyText(3)).toEqual({ text: "3", isJson: false });
  });

  it("of numeric types are told from others", () => {
    expect(["BIGINT", "DOUBLE", "DECIMAL(18,3)", "long", "UTINYINT"].every(isNumeric)).toBe(true);
    expect(["VARCHAR", "INTERVAL", "POINT", "BIGINT[]"].some(isNumeric)).toBe(false);
  });

  it("make columns as wide as they need, within bounds", () => {
    const columns = [
      { name: "a", type: "BOOL" },
      { name: "n", type: "INT" },
      { name: "b", type: "VARCHAR" },
    ];
    expect(widthsOf(columns, [["1", 1, "x".repeat(1_000)]])).toEqual([64, 112, 340]);
  });
});

describe("a window on many rows", () => {
  const view = { rowPixels: 30, viewPixels: 600 };

  it("shows the first and the last row at its ends, however many there are", () => {
    for (const count of [1, 20, 1_000, 1_000_000, 50_000_000]) {
      const pixels = Math.min(count * 30, MOST_PIXELS);
      expect(placeOf(0, count, view)).toBe(0);
      const last = placeOf(Math.max(0, pixels - 600), count, view) + 20;
      expect(last).toBeGreaterThanOrEqual(Math.min(count, 20));
      expect(Math.abs(last - Math.max(count, 20))).toBeLessThan(1e-6 * count + 1e-6);
    }
  });

  it("scrolls to where a row is seen", () => {
    for (const count of [1_000, 5_000_000]) {
      const scroll = scrollFor(700, count, view);
      const first = placeOf(scroll, count, view);
      expect(Math.abs(first - 700)).toBeLessThan(1);
    }
  });
});
