import { expect, test } from "vitest";
import type { LayoutGraph } from "./layered";
import { plainPositions } from "./plain";

function shape(edges: readonly [number, number][], heights: Record<number, number> = {}) {
  const count = Math.max(...edges.flat()) + 1;
  const graph: LayoutGraph = {
    ids: Array.from({ length: count }, (_, place) => String(place)),
    widths: new Array(count).fill(100),
    heights: Array.from({ length: count }, (_, place) => heights[place] ?? 50),
    from: edges.map(([from]) => from),
    to: edges.map(([, to]) => to),
  };
  return graph;
}

function middles(graph: LayoutGraph): number[] {
  const found = plainPositions(graph);
  return (found?.y ?? []).map((y, node) => Math.round(y + (graph.heights[node] ?? 0) / 2));
}

test("a chain is a straight line, however high its cards are", () => {
  const line = middles(
    shape(
      [
        [0, 1],
        [1, 2],
      ],
      { 1: 200 },
    ),
  );
  expect(new Set(line).size).toBe(1);
});

test("what is around a node stands around its height, and none upon another", () => {
  const graph = shape(
    [
      [0, 2],
      [1, 2],
      [2, 3],
      [2, 4],
      [2, 5],
    ],
    { 4: 120 },
  );
  const found = plainPositions(graph);
  const middle = middles(graph);
  expect(middle[2]).toBe(Math.round(((middle[0] ?? 0) + (middle[1] ?? 0)) / 2));
  expect(found?.x).toEqual([0, 0, 176, 352, 352, 352]);
  for (const [above, below] of [
    [0, 1],
    [3, 4],
    [4, 5],
  ] as const) {
    const end = (found?.y[above] ?? 0) + (graph.heights[above] ?? 0);
    expect(found?.y[below]).toBeGreaterThan(end);
  }
});

test("jobs stand beside what they alone write", () => {
  const middle = middles(
    shape(
      [
        [0, 1],
        [0, 2],
        [0, 3],
        [1, 4],
        [2, 5],
        [3, 6],
      ],
      { 5: 150 },
    ),
  );
  for (const job of [1, 2, 3]) {
    expect(Math.abs((middle[job] ?? 0) - (middle[job + 3] ?? 0))).toBeLessThan(12);
  }
});

test("what nothing leads to stands beside what it leads to", () => {
  const found = plainPositions(
    shape([
      [0, 1],
      [1, 2],
      [2, 3],
      [4, 3],
    ]),
  );
  expect(found?.x[4]).toBe(found?.x[2]);
});

test.each([
  [
    "arrows that must cross",
    shape([
      [0, 2],
      [0, 3],
      [1, 2],
      [1, 3],
    ]),
  ],
  [
    "arrows past a card",
    shape([
      [0, 1],
      [1, 2],
      [0, 2],
    ]),
  ],
  [
    "circles",
    shape([
      [0, 1],
      [1, 0],
    ]),
  ],
  [
    "many cards",
    shape(Array.from({ length: 151 }, (_, node) => [0, node + 1] as [number, number])),
  ],
])("a graph with %s is left to a better layout", (_, graph) => {
  expect(plainPositions(graph)).toBeNull();
});
