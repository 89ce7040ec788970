import { describe, expect, it } from "vitest";
import {
  criticalPath,
  isCause,
  nextRow,
  openRows,
  rowsAbove,
  type SpanColumns,
  ticksOf,
  treeOf,
  zoomed,
} from "./trace";

type Told = [id: string, parent: string, start: number, length: number, status?: number];

function columns(...told: Told[]): SpanColumns {
  return {
    id: told.map(([id]) => id),
    parent: told.map(([, parent]) => parent),
    service: told.map(() => 0),
    name: told.map(() => 0),
    status: told.map(([, , , , status]) => status ?? 0),
    offset_ms: told.map(([, , start]) => start),
    duration_ms: told.map(([, , , length]) => length),
  };
}

function names(spans: SpanColumns, rows: Iterable<number>): string {
  return [...rows].map((span) => spans.id[span]).join("");
}

describe("treeOf", () => {
  it("puts children below their parents, by time", () => {
    const spans = columns(["a", "", 0, 9], ["d", "a", 5, 2], ["b", "a", 1, 3], ["c", "b", 2, 1]);
    const tree = treeOf(spans);
    expect(names(spans, tree.span)).toBe("abcd");
    expect([...tree.depth]).toEqual([0, 1, 2, 1]);
    expect([...tree.below]).toEqual([3, 1, 0, 0]);
    expect([...tree.parent]).toEqual([-1, 0, 1, 0]);
  });

  it("makes a root of a span whose parent did not come", () => {
    const tree = treeOf(columns(["a", "", 0, 9], ["b", "gone", 1, 3]));
    expect([...tree.depth]).toEqual([0, 0]);
    expect([...tree.orphans]).toEqual([1]);
  });

  it("shows every span of a circle once", () => {
    const spans = columns(["a", "c", 0, 9], ["b", "a", 1, 3], ["c", "b", 2, 1], ["d", "d", 4, 1]);
    const tree = treeOf(spans);
    expect(names(spans, [...tree.span].sort())).toBe("abcd");
    expect(Math.max(...tree.depth)).toBe(2);
  });

  it("counts what failed below, and may show that first", () => {
    const spans = columns(["a", "", 0, 9], ["b", "a", 1, 1], ["c", "a", 2, 3], ["d", "c", 2, 1, 2]);
    expect([...treeOf(spans).errors]).toEqual([1, 0, 1, 1]);
    expect(names(spans, treeOf(spans, "errors").span)).toBe("acdb");
  });

  it("tells the time that a span spent itself, with children that overlap", () => {
    const spans = columns(["a", "", 0, 10], ["b", "a", 1, 4], ["c", "a", 3, 4], ["d", "a", 9, 5]);
    expect(treeOf(spans).own[0]).toBe(3);
  });

  it("folds ten thousand spans, also as one long chain", () => {
    const chain = Array.from(
      { length: 10_000 },
      (_, n): Told => [`${n}`, n ? `${n - 1}` : "", n, 1],
    );
    const tree = treeOf(columns(...chain));
    expect(tree.depth[9_999]).toBe(9_999);
    expect(tree.below[0]).toBe(9_999);
  });
});

describe("isCause", () => {
  it("is true where nothing below failed", () => {
    const spans = columns(["a", "", 0, 9, 2], ["b", "a", 1, 1, 2], ["c", "a", 2, 3]);
    const tree = treeOf(spans);
    expect([0, 1, 2].map((row) => isCause(spans, tree, row))).toEqual([false, true, false]);
  });
});

describe("openRows", () => {
  const spans = columns(["a", "", 0, 9], ["b", "a", 1, 3], ["c", "b", 2, 1], ["d", "a", 5, 2]);
  const tree = treeOf(spans);

  it("leaves out what is below a closed row", () => {
    expect([...openRows(tree, new Set([1]))]).toEqual([0, 1, 3]);
    expect([...openRows(tree, new Set([0, 1]))]).toEqual([0]);
    expect([...openRows(tree, new Set())]).toEqual([0, 1, 2, 3]);
  });

  it("knows what has to be opened to see a row", () => {
    expect(rowsAbove(tree, 2)).toEqual([1, 0]);
  });
});

describe("criticalPath", () => {
  function path(spans: SpanColumns): string[] {
    const tree = treeOf(spans);
    return criticalPath(spans, tree).map(
      ({ row, from, to }) => `${spans.id[tree.span[row] ?? 0]} ${from}-${to}`,
    );
  }

  it("follows the child that ended last, and goes on where that began", () => {
    const spans = columns(["a", "", 0, 10], ["b", "a", 1, 3], ["c", "a", 2, 1], ["d", "a", 5, 4]);
    expect(path(spans)).toEqual(["a 0-1", "b 1-4", "a 4-5", "d 5-9", "a 9-10"]);
  });

  it("goes down to grandchildren", () => {
    const spans = columns(["a", "", 0, 10], ["b", "a", 0, 10], ["c", "b", 4, 6]);
    expect(path(spans)).toEqual(["b 0-4", "c 4-10"]);
  });

  it("leaves out children that go on after what waited for them", () => {
    expect(path(columns(["a", "", 0, 5], ["b", "a", 1, 9]))).toEqual(["a 0-5"]);
  });

  it("covers the whole of the longest root", () => {
    const spans = columns(["a", "", 0, 2], ["b", "", 1, 9], ["c", "b", 2, 3], ["d", "c", 3, 1]);
    const tree = treeOf(spans);
    const stretches = criticalPath(spans, tree);
    expect(stretches[0]?.from).toBe(1);
    expect(stretches.at(-1)?.to).toBe(10);
    for (const [n, one] of stretches.entries()) {
      if (n) expect(one.from).toBe(stretches[n - 1]?.to);
    }
  });

  it("has nothing to say of no spans", () => {
    expect(path(columns())).toEqual([]);
  });
});

describe("ticksOf", () => {
  it("gives round moments inside", () => {
    expect(ticksOf(0, 10, 5)).toEqual([0, 2, 4, 6, 8, 10]);
    expect(ticksOf(3, 17, 4)).toEqual([5, 10, 15]);
    expect(ticksOf(0, 0.003, 3)).toEqual([0, 0.001, 0.002, 0.003]);
  });

  it("does not run away on an empty stretch", () => {
    expect(ticksOf(5, 5, 4)).toEqual([5]);
  });
});

describe("nextRow", () => {
  const isOdd = (row: number) => row % 2 === 1;

  it("goes on around the end, in both directions", () => {
    expect(nextRow(1, 1, 6, isOdd)).toBe(3);
    expect(nextRow(5, 1, 6, isOdd)).toBe(1);
    expect(nextRow(0, -1, 6, isOdd)).toBe(5);
    expect(nextRow(0, 1, 6, () => false)).toBeUndefined();
  });
});

describe("zoomed", () => {
  const now = { from: 0, to: 100, length: 100, around: 80 };

  it("halves the time around a span, inside the trace", () => {
    expect(zoomed("in", now)).toEqual([50, 100]);
    expect(zoomed("in", { ...now, around: 40 })).toEqual([15, 65]);
  });

  it("goes back to the whole", () => {
    expect(zoomed("out", { ...now, from: 15, to: 65 })).toBeUndefined();
    expect(zoomed("out", { ...now, from: 10, to: 20 })).toEqual([5, 25]);
    expect(zoomed("all", now)).toBeUndefined();
  });
});
