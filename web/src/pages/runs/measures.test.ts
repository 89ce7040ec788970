import { describe, expect, it } from "vitest";
import { measuredOf } from "./measures";

describe("what was measured of columns", () => {
  it("is a row for each column with all metrics that any of them has", () => {
    const found = measuredOf({ a: { nullCount: 1 }, b: { min: 2, nullCount: 0 }, c: {} });
    expect(found.metrics).toEqual(["nullCount", "min"]);
    expect(found.rows.map((row) => row.column)).toEqual(["a", "b"]);
  });
});
