import { expect, test } from "vitest";
import { CARD, type CardStyle, columnsOf, columnTop, factLines, type Layer, sizeOf } from "./card";
import { curveBetween, isInSight } from "./curve";
import { nodeTowards } from "./keyboard";
import { type LayoutGraph, layeredPositions, layersOf } from "./layered";
import { bareNode, neighboursOf } from "./model";
import { type Box, boundsOf, boxesOf, layoutGraph, layoutKey, Recent } from "./positions";
import { idOf, nameOf, sample } from "./sample";
import { csvOf, edgesCsv, nodesCsv, rowsOf } from "./table";

const CHAIN = sample("raw > load_job > clean > sum_job > sums", "other > sum_job");
const STYLE: CardStyle = { layers: new Set<Layer>(["state"]), isWide: false };

function shape(...edges: [number, number][]): LayoutGraph {
  const count = Math.max(...edges.flat()) + 1;
  return {
    ids: Array.from({ length: count }, (_, place) => String(place)),
    widths: new Array(count).fill(100),
    heights: new Array(count).fill(50),
    from: edges.map(([from]) => from),
    to: edges.map(([, to]) => to),
  };
}

test("every node stands right of all that it comes from", () => {
  const graph = shape([0, 1], [1, 2], [0, 2], [3, 2]);
  expect(layersOf(graph)).toEqual([0, 1, 2, 0]);
  const { x } = layeredPositions(graph);
  graph.from.forEach((from, index) => {
    expect(x[from]).toBeLessThan(x[graph.to[index] as number] as number);
  });
});

test("circles end, and a node that leads to itself too", () => {
  expect(layersOf(shape([0, 1], [1, 2], [2, 0], [1, 1]))).toEqual([0, 1, 2]);
});

test("no two cards lie upon each other, in a graph of thousands too", () => {
  const edges: [number, number][] = [];
  for (let node = 0; node < 10_000; node += 1) {
    edges.push([node, (node * 7 + 13) % 10_000], [node, (node * 3 + 5) % 10_000]);
  }
  const graph = shape(...edges);
  const boxes = [...boxesOf(graph, layeredPositions(graph)).values()];
  const columns = new Map<number, Box[]>();
  for (const box of boxes) columns.set(box.x, [...(columns.get(box.x) ?? []), box]);
  for (const column of columns.values()) {
    column.sort((one, other) => one.y - other.y);
    column.slice(1).forEach((box, place) => {
      const above = column[place] as Box;
      expect(box.y).toBeGreaterThanOrEqual(above.y + above.height);
    });
  }
  expect(boxes).toHaveLength(10_000);
});

test("neighbours are put beside each other, so that arrows cross less", () => {
  const { y } = layeredPositions(shape([0, 3], [1, 4], [2, 5], [3, 6], [4, 7], [5, 8]));
  const order = (nodes: number[]) => [...nodes].sort((a, b) => (y[a] ?? 0) - (y[b] ?? 0));
  expect(order([3, 4, 5]).map((node) => node - 3)).toEqual(order([0, 1, 2]));
});

test("a layout is asked for by places, and its key tells whether it is known", () => {
  const graph = layoutGraph(CHAIN, () => STYLE);
  expect(graph.ids[graph.from[0] as number]).toBe(CHAIN.edges[0]?.from);
  expect(layoutKey(graph)).toBe(layoutKey(layoutGraph(CHAIN, () => STYLE)));
  const wider = { ...graph, heights: graph.heights.map((height) => height + 1) };
  expect(layoutKey(wider)).not.toBe(layoutKey(graph));
});

test("only the layouts that were asked for last are kept", () => {
  const recent = new Recent<number>(2);
  recent.set("a", 1);
  recent.set("b", 2);
  recent.get("a");
  recent.set("c", 3);
  expect([recent.get("a"), recent.get("b"), recent.get("c")]).toEqual([1, undefined, 3]);
});

test("the bounds hold every box, and nothing has none", () => {
  const box = { x: -5, y: 0, width: 10, height: 10 };
  expect(boundsOf([box, { x: 20, y: -3, width: 1, height: 1 }])).toEqual({
    x: -5,
    y: -3,
    width: 26,
    height: 13,
  });
  expect(boundsOf([])).toBeNull();
});

const COLUMNS = ["id", "a", "b", "c", "d", "e", "f"].map((name) => ({
  name,
  type: "int",
  tags: [],
  description: null,
}));
const TABLE = {
  ...bareNode("dataset", "t", { namespace: "ns", name: "t" }),
  columns: COLUMNS,
  columnCount: COLUMNS.length,
  rows: 3,
  at: "2026-01-01T00:00:00Z",
  testsPassed: 1,
  tags: ["pii"],
};

test("a card shows what is chosen and known, short facts side by side", () => {
  const all = new Set<Layer>(["freshness", "rows", "quality", "tags", "owner"]);
  expect(factLines(TABLE, all)).toEqual([["freshness", "rows"], ["quality"], ["tags"]]);
  expect(factLines(TABLE, new Set<Layer>(["owner"]))).toEqual([]);
});

test("lit columns stand first, values before rows, and a card does not grow by it", () => {
  const style: CardStyle = { layers: new Set<Layer>(["columns"]), isWide: false };
  const lit = new Map([
    ["e", false],
    ["f", true],
  ]);
  const shown = columnsOf(TABLE, { ...style, lit }).map((column) => column.name);
  expect(shown).toEqual(["f", "e", "id", "a", "b"]);
  expect(sizeOf(TABLE, { ...style, lit })).toEqual(sizeOf(TABLE, style));
  expect(sizeOf(TABLE, { ...style, isWide: true }).height).toBeGreaterThan(
    sizeOf(TABLE, style).height,
  );
  expect(columnTop(TABLE, { ...style, lit }, "f")).toBe(CARD.head + CARD.column / 2);
  expect(columnTop(TABLE, style, "f")).toBeNull();
});

test("columns are searched in a card", () => {
  const style: CardStyle = { layers: new Set<Layer>(["columns"]), isWide: true, words: "D" };
  expect(columnsOf(TABLE, style).map((column) => column.name)).toEqual(["id", "d"]);
});

test("arrow keys follow the arrows sideways, and lead to the nearest up and down", () => {
  const graph = layoutGraph(CHAIN, () => STYLE);
  const boxes = boxesOf(graph, layeredPositions(graph));
  const neighbours = neighboursOf(CHAIN);
  const from = (name: string, arrow: "left" | "right" | "up" | "down") => {
    const found = nodeTowards(boxes, neighbours, idOf(name), arrow);
    return found && nameOf(found);
  };
  expect(from("raw", "right")).toBe("load_job");
  expect(from("load_job", "left")).toBe("raw");
  expect(from("sum_job", "right")).toBe("sums");
  expect(from("sums", "right")).toBeNull();
  expect([from("raw", "down"), from("raw", "up")]).toContain("other");
  expect(nodeTowards(boxes, neighbours, "nobody", "left")).toBeNull();
});

test("a curve leads from the right of a card to the left of another, and is drawn if in sight", () => {
  const from = { x: 0, y: 0, width: 10, height: 10 };
  const to = { x: 100, y: 50, width: 10, height: 10 };
  const curve = curveBetween(from, to, { to: 3 });
  expect([curve.start, curve.end]).toEqual([
    { x: 10, y: 5 },
    { x: 100, y: 53 },
  ]);
  expect(isInSight(curve, { x: 50, y: 20, width: 5, height: 5 })).toBe(true);
  expect(isInSight(curve, { x: 50, y: 90, width: 5, height: 5 })).toBe(false);
});

test("the table has every node with its neighbours, and exports as CSV that no sheet runs", () => {
  const rows = rowsOf(CHAIN, new Map([[idOf("sums"), "direct" as const]]));
  expect(rows).toHaveLength(6);
  const sums = rows.find((row) => row.node.name === "sums");
  expect([sums?.from, sums?.to, sums?.effect]).toEqual([["sum_job"], [], "direct"]);
  expect(nodesCsv(rows).trim().split("\r\n")).toHaveLength(7);
  expect(edgesCsv(CHAIN)).toContain("dataset,ns,raw,job,ns,load_job,current,\r\n");
  expect(csvOf(["a"], [['x"y,z'], ["=1+1"], [null], [-2]])).toBe(
    'a\r\n"x""y,z"\r\n\'=1+1\r\n\r\n-2\r\n',
  );
});
