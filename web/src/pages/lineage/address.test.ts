import { expect, test } from "vitest";
import { readLineageSearch } from "./address";

test("an address says what is drawn, and what makes no sense in it is left out", () => {
  const given = {
    node: "dataset:a:b",
    depth: "3",
    mode: "impact",
    direction: "left",
    open: ["up:20:job:a:b", "nonsense", 7],
    layers: ["rows", "nonsense"],
    at: "soon",
    since: "2026-11-20T00:00:00Z",
    extra: 1,
  };
  expect(readLineageSearch(given)).toEqual({
    node: "dataset:a:b",
    depth: 3,
    mode: "impact",
    open: ["up:20:job:a:b"],
    layers: ["rows"],
    since: "2026-11-20T00:00:00Z",
  });
});

test("what is as usual is not in the address", () => {
  expect(readLineageSearch({ depth: 1, budget: -3, view: "graph", wide: [] })).toEqual({});
  expect(readLineageSearch({ budget: 99_999, depth: 5_000 })).toEqual({
    budget: 10_000,
    depth: 100,
  });
});
