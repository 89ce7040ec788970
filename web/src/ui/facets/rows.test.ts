import { describe, expect, it } from "vitest";
import { firstPaths, PORTION, pathAbove, rowsOf } from "./rows";

const facets = {
  processing_engine: {
    _producer: "urn:test",
    name: "duckdb",
    version: "1.5.6",
  },
  errorMessage: { message: `one\ntwo ${"x".repeat(300)}` },
};

describe("the lines of a facet tree", () => {
  it("shows what stands at the top in one line each, without provenance", () => {
    const rows = rowsOf(facets, new Set());
    expect(rows.map((row) => row.name)).toEqual(["processing_engine", "errorMessage"]);
    expect(rows[0]?.preview).toBe("name: duckdb, version: 1.5.6");
    expect(rows.every((row) => row.canOpen && !row.isOpen)).toBe(true);
  });

  it("names what stands in lists", () => {
    const [row] = rowsOf(
      { schema: { fields: [{ name: "id", type: "int" }, { type: "x" }] } },
      new Set(),
    );
    expect(row?.preview).toBe("fields: [id, {…}]");
  });

  it("shows what is in an opened value below it, provenance last", () => {
    const rows = rowsOf(facets, new Set(["/processing_engine"]));
    expect(rows.map((row) => [row.depth, row.name])).toEqual([
      [1, "processing_engine"],
      [2, "name"],
      [2, "version"],
      [2, "_producer"],
      [1, "errorMessage"],
    ]);
  });

  it("cuts long texts and lets them be opened", () => {
    const rows = rowsOf(facets, new Set(["/errorMessage"]));
    const message = rows.at(-1);
    expect(message?.canOpen).toBe(true);
    expect(message?.preview.length).toBeLessThan(170);
    expect(rowsOf(facets, new Set(["/errorMessage", "/errorMessage/message"])).at(-1)?.isOpen).toBe(
      true,
    );
  });

  it("shows long lists in portions", () => {
    const list = { fields: Array.from({ length: 250 }, (_, number) => number) };
    const open = new Set(["/fields"]);
    const rows = rowsOf(list, open);
    expect(rows).toHaveLength(1 + PORTION + 1);
    const more = rows.at(-1);
    expect(more?.kind).toBe("more");
    expect(more?.preview).toBe("150");
    open.add(more?.path ?? "");
    expect(rowsOf(list, open)).toHaveLength(1 + 2 * PORTION + 1);
  });

  it("keeps names with slashes apart", () => {
    const rows = rowsOf({ "a/b": { c: 1 } }, new Set(["/a%2Fb"]));
    expect(rows.map((row) => row.path)).toEqual(["/a%2Fb", "/a%2Fb/c"]);
    expect(pathAbove("/a%2Fb/c")).toBe("/a%2Fb");
    expect(firstPaths({ "a/b": { c: 1 }, d: 2 })).toEqual(["/a%2Fb"]);
  });
});
