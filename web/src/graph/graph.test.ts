import { expect, test } from "vitest";
import { graphOf } from "./answer";
import { failedAbove, nodesOfPath, verdictOf } from "./cause";
import { columnPath } from "./columns";
import { countsOf, type Difference, withDifference } from "./difference";
import { findNodes } from "./find";
import { affectedOf, columnsHit, type Impact } from "./impact";
import { showing } from "./kinds";
import { bareNode, neighboursOf } from "./model";
import { closed, hopOf, hopText, isOpened, opened } from "./open";
import { around, between, pathThrough } from "./path";
import { arrows, idOf, nameOf, sample, told } from "./sample";

const CHAIN = sample(
  "raw > load_job > clean > sum_job > sums",
  "other > sum_job",
  "clean > copy_job > copy",
);

test("an answer becomes a graph whose ids read in one way only", () => {
  const card = {
    ...bareNode("dataset", "", { namespace: "", name: "" }),
    duration_ms: null,
    column_count: 0,
    size_bytes: null,
    tests_passed: 0,
    tests_failed: 0,
    more_up: 2,
    more_down: 0,
  };
  const graph = graphOf({
    nodes: [
      { ...card, id: "dataset:pg://h:1:a", kind: "dataset", namespace: "pg://h:1", name: "a" },
      { ...card, id: "group:pg://h:1:", kind: "group", namespace: "pg://h:1", name: "" },
    ] as never,
    edges: [
      { from: "dataset:pg://h:1:a", to: "group:pg://h:1:", state: "current" },
      { from: "dataset:pg://h:1:a", to: "nowhere", state: "current" },
    ],
  });
  expect(graph.nodes.map((node) => node.id)).toEqual([
    "dataset:pg%3A%2F%2Fh%3A1:a",
    "group:pg%3A%2F%2Fh%3A1:",
  ]);
  expect(graph.nodes[0]?.moreUp).toBe(2);
  expect(graph.edges).toHaveLength(1);
});

test("without jobs tables are joined over them, and what jobs hide is behind their tables", () => {
  const graph = showing(told(CHAIN, { sum_job: { moreUp: 3 } }), "tables", null);
  expect(arrows(graph)).toEqual(["clean > copy", "clean > sums", "other > sums", "raw > clean"]);
  expect(graph.edges.find((edge) => edge.from === idOf("raw"))?.via).toEqual([idOf("load_job")]);
  expect(graph.nodes.find((node) => node.name === "sums")?.moreUp).toBe(3);
});

test("without tables jobs are joined, and the start stays whatever it is", () => {
  const graph = showing(CHAIN, "jobs", idOf("clean"));
  expect(arrows(graph)).toEqual(["clean > copy_job", "clean > sum_job", "load_job > clean"]);
  expect(arrows(showing(CHAIN, "jobs", null))).toEqual([
    "load_job > copy_job",
    "load_job > sum_job",
  ]);
});

test("a joined arrow has the worst state of its parts", () => {
  const failing = {
    ...CHAIN,
    edges: CHAIN.edges.map((edge) =>
      edge.to === idOf("sums") ? { ...edge, state: "failed" as const } : edge,
    ),
  };
  const graph = showing(failing, "tables", null);
  const states = new Map(graph.edges.map((edge) => [nameOf(edge.from), edge.state]));
  expect([states.get("other"), states.get("raw")]).toEqual(["failed", "current"]);
});

test("the whole path of a node is what it comes from and what comes from it, no more", () => {
  const lit = pathThrough(CHAIN, neighboursOf(CHAIN), idOf("sums"));
  expect([...lit.nodes].map(nameOf).sort()).toEqual([
    "clean",
    "load_job",
    "other",
    "raw",
    "sum_job",
    "sums",
  ]);
  expect(lit.edges.size).toBe(5);
  const middle = pathThrough(CHAIN, neighboursOf(CHAIN), idOf("sum_job"));
  expect(middle.nodes.has(idOf("copy"))).toBe(false);
});

test("a path ends in a circle", () => {
  const circle = sample("a > one_job > b > two_job > a");
  expect(pathThrough(circle, neighboursOf(circle), idOf("a")).nodes.size).toBe(4);
});

test("around a node are its next ones; between nodes are the arrows of both ends", () => {
  expect([...around(CHAIN, idOf("clean")).nodes].map(nameOf).sort()).toEqual([
    "clean",
    "copy_job",
    "load_job",
    "sum_job",
  ]);
  const some = new Set(["raw", "load_job", "sums"].map(idOf));
  expect(between(CHAIN, some).edges.size).toBe(1);
  const joined = showing(CHAIN, "tables", null);
  const over = new Set(["clean", "sum_job", "sums", "copy"].map(idOf));
  expect(between(joined, over).edges.size).toBe(1);
});

const NO_DIFFERENCE: Difference = {
  same: true,
  nodes: { added: [], removed: [] },
  edges: { added: [], removed: [] },
  columns: { added: [], removed: [] },
  changed: [],
  partial: false,
  reason: null,
};

function named(name: string) {
  const id = idOf(name);
  return { id, kind: id.startsWith("job") ? "job" : "dataset", namespace: "ns", name } as const;
}

test("what went is as it was known before, without arrows to open", () => {
  const removed = {
    ...NO_DIFFERENCE,
    same: false,
    nodes: { added: [], removed: [named("gone"), named("forgotten")] },
  };
  const columns = [{ name: "id", type: "bigint", tags: [], description: null }];
  const before = sample("gone > sum_job > sums");
  const nodes = before.nodes.map((node) =>
    node.name === "gone"
      ? { ...node, state: "FAILED" as const, rows: 7, columns, moreUp: 3 }
      : node,
  );
  const graph = withDifference(CHAIN, removed, { ...before, nodes });
  const found = new Map(graph.nodes.map((node) => [node.name, node]));
  expect(found.get("gone")).toMatchObject({ state: "FAILED", rows: 7, columns, moreUp: 0 });
  expect(found.get("gone")?.change).toBe("removed");
  expect(found.get("forgotten")).toMatchObject({ state: null, rows: null, change: "removed" });
});

test("what came and what went is in the graph of both times, and says so", () => {
  const graph = withDifference(CHAIN, {
    ...NO_DIFFERENCE,
    same: false,
    nodes: { added: [named("copy")], removed: [named("gone")] },
    edges: {
      added: [{ from: idOf("copy_job"), to: idOf("copy") }],
      removed: [{ from: idOf("gone"), to: idOf("sum_job") }],
    },
    changed: [
      { ...named("clean"), schema: [], sql: "-a\n+b", facets: [] },
      {
        ...named("sums"),
        schema: [],
        sql: null,
        facets: [{ facet: "outputStatistics", change: "changed", members: [], more_members: 0 }],
      },
    ],
  });
  const changes = new Map(graph.nodes.map((node) => [node.name, node.change]));
  expect(changes.get("copy")).toBe("added");
  expect(changes.get("gone")).toBe("removed");
  expect(changes.get("clean")).toBe("changed");
  expect(changes.get("sums")).toBeUndefined();
  const edges = new Map(graph.edges.map((edge) => [nameOf(edge.from), edge.change]));
  expect([edges.get("copy_job"), edges.get("gone"), edges.get("raw")]).toEqual([
    "added",
    "removed",
    undefined,
  ]);
});

test("figures of each run are no change", () => {
  const facets = [{ facet: "version", change: "changed", members: [], more_members: 0 }];
  const counts = countsOf({
    ...NO_DIFFERENCE,
    changed: [{ ...named("sums"), schema: [], sql: null, facets }],
  });
  expect(Object.values(counts)).toEqual([0, 0, 0, 0, 0]);
});

const IMPACT: Impact = {
  node: idOf("raw"),
  depth: 20,
  start: { id: idOf("raw"), namespace: "ns", name: "raw", columns: ["a"] },
  summary: {
    datasets: 2,
    jobs: 1,
    columns: { direct: 1, indirect: 1 },
    effects: { direct: 1, indirect: 1, table: 1 },
    failed_jobs: 0,
    owners: [],
  },
  datasets: [
    {
      ...named("sums"),
      effect: "table",
      distance: 1,
      via: [],
      owners: [],
      written_at: null,
      written_by_run: null,
      columns: [],
    },
    {
      ...named("clean"),
      effect: "direct",
      distance: 1,
      via: [],
      owners: ["ann"],
      written_at: null,
      written_by_run: null,
      columns: [
        { name: "x", effect: "direct", distance: 1, how: [], masking: false },
        { name: "y", effect: "indirect", distance: 1, how: [], masking: false },
      ],
    },
  ],
  jobs: [
    {
      ...named("load_job"),
      effect: "indirect",
      distance: 1,
      owners: [],
      state: "FAILED",
      ran_at: null,
      run_id: null,
    },
  ],
  partial: false,
  reason: null,
};

test("what is affected is told nearest first, then the most certain", () => {
  expect(affectedOf(IMPACT).map((one) => one.name)).toEqual(["clean", "load_job", "sums"]);
  expect(columnsHit(IMPACT)).toEqual(
    new Map([
      [
        idOf("clean"),
        new Map([
          ["x", true],
          ["y", false],
        ]),
      ],
    ]),
  );
});

const RUN = { run_id: "r", state: "COMPLETED", started_at: null, ended_at: null };
const PATH = {
  node: idOf("sums"),
  steps: [
    {
      ...RUN,
      job: { namespace: "ns", name: "load_job" },
      through: null,
      took_ms: 5,
      waited_ms: null,
      later: null,
    },
    {
      ...RUN,
      job: { namespace: "ns", name: "sum_job" },
      through: { namespace: "ns", name: "clean" },
      took_ms: 50,
      waited_ms: 9,
      later: null,
    },
  ],
  dominant: {
    run_id: "r",
    job: { namespace: "ns", name: "sum_job" },
    what: "run" as const,
    ms: 50,
  },
  partial: false,
  reason: null,
};

test("a failure above is the cause before anything that took long", () => {
  const neighbours = neighboursOf(CHAIN);
  expect([...nodesOfPath(PATH, idOf("sums"))].map(nameOf)).toEqual([
    "load_job",
    "sum_job",
    "clean",
    "sums",
  ]);
  expect(verdictOf(PATH, failedAbove(CHAIN, neighbours, idOf("sums")))).toMatchObject({
    kind: "run",
  });
  const failing = told(CHAIN, {
    load_job: { state: "FAILED", distance: -2 },
    copy_job: { state: "FAILED" },
  });
  const failed = failedAbove(failing, neighbours, idOf("sums"));
  expect(failed.map((node) => node.name)).toEqual(["load_job"]);
  expect(verdictOf(PATH, failed)).toMatchObject({ kind: "failed" });
  expect(verdictOf({ ...PATH, steps: [], dominant: null }, [])).toEqual({ kind: "unknown" });
});

test("a column's path tells values from what only decides about rows", () => {
  const column = (table: string, name: string) => ({
    id: `datasetField:ns:${table}:${name}`,
    kind: "column",
    namespace: "ns",
    name: table,
    column: name,
  });
  const path = columnPath({
    start: ["datasetField:ns:sums:total"],
    nodes: [
      column("sums", "total"),
      column("clean", "amount"),
      column("clean", "day"),
      { id: "dataset:ns:sums", kind: "dataset", namespace: "ns", name: "sums" },
    ],
    edges: [
      {
        from: "datasetField:ns:clean:amount",
        to: "datasetField:ns:sums:total",
        kind: "DIRECT",
        subtype: "AGGREGATION",
      },
      {
        from: "datasetField:ns:clean:day",
        to: "dataset:ns:sums",
        kind: "INDIRECT",
        subtype: "GROUP_BY",
      },
    ],
  });
  expect(path.columns.get(idOf("clean"))).toEqual(
    new Map([
      ["amount", true],
      ["day", false],
    ]),
  );
  expect(path.lines.map((line) => [line.fromColumn, line.toColumn, line.isDirect])).toEqual([
    ["amount", "total", true],
    ["day", "", false],
  ]);
});

test("a side is opened a band at a time, and closed again", () => {
  const once = opened([], idOf("raw"), "down", 0);
  expect(once).toEqual([`down:20:${idOf("raw")}`]);
  const twice = opened(once, idOf("raw"), "down", 20);
  expect(twice).toEqual([`down:70:${idOf("raw")}`]);
  expect(isOpened(twice, idOf("raw"), "down")).toBe(true);
  expect(isOpened(twice, idOf("raw"), "up")).toBe(false);
  expect(closed(twice, idOf("raw"), "down")).toEqual([]);
});

test.each(["up:x:dataset:a:b", "left:2:dataset:a:b", "up:0:dataset:a:b", "up:3:", ""])(
  "%s is no hop",
  (text) => {
    expect(hopOf(text)).toBeNull();
  },
);

test("a hop reads as it was written", () => {
  const hop = { side: "up", most: 5, node: "dataset:pg%3A1:a:b" } as const;
  expect(hopOf(hopText(hop))).toEqual(hop);
});

test("names are found before columns, and all words count", () => {
  const graph = told(CHAIN, {
    other: { columns: [{ name: "clean_amount", type: null, tags: [], description: null }] },
  });
  expect(findNodes(graph.nodes, "clean").map((node) => node.name)).toEqual(["clean", "other"]);
  expect(findNodes(graph.nodes, "other amount").map((node) => node.name)).toEqual(["other"]);
  expect(findNodes(graph.nodes, "  ")).toEqual([]);
});
