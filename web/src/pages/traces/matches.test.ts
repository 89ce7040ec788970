import { describe, expect, it } from "vitest";
import { treeOf } from "@/graph/trace";
import { matchingRows } from "./matches";

const spans = {
  id: ["a1", "b2", "c3"],
  parent: ["", "a1", "a1"],
  service: [0, 0, 1],
  name: [0, 1, 1],
  status: [0, 0, 2],
  offset_ms: [0, 1, 2],
  duration_ms: [9, 1, 1],
};
const trace = {
  spans,
  names: ["Refresh", "load table"],
  services: ["jobs", "Store"],
  messages: { "2": "No space LEFT" },
};

function found(words: string, also: string[] = []) {
  const rows = matchingRows(trace, treeOf(spans), words, also);
  return rows && [...rows];
}

describe("matchingRows", () => {
  it.each([
    ["refresh", [0]],
    ["LOAD", [1, 2]],
    ["load store", [2]],
    ["space left", [2]],
    ["b2", [1]],
    ["nowhere", []],
  ])("finds %s", (words, rows) => {
    expect(found(words)).toEqual(rows);
  });

  it("says nothing where nothing is sought", () => {
    expect(found("  ")).toBeUndefined();
  });

  it("adds what the server found, and leaves out what is not in the trace", () => {
    expect(found("refresh", ["c3", "zz"])).toEqual([0, 2]);
  });
});
