import { describe, expect, it } from "vitest";
import type { SearchHit } from "@/api/search";
import { type Recent, withRecent } from "@/ui/recent";
import { groupsOf } from "./palette";

const pages = [
  { to: "/", title: "Home" },
  { to: "/traces", title: "Traces" },
  { to: "/traces/map", title: "Service map" },
];

function hit(changes: Partial<SearchHit>): SearchHit {
  return {
    id: "dataset:headwater:raw.flights",
    kind: "dataset",
    namespace: "headwater",
    name: "raw.flights",
    score: 1,
    updated_at: "2026-11-21T00:00:00Z",
    description: null,
    tags: [],
    owners: [],
    matches: [],
    ...changes,
  };
}

function offered(words: string, hits: SearchHit[] = [], recent: Recent[] = []) {
  return groupsOf({ words, pages, recent, hits }).flatMap((group) =>
    group.items.map((item) => `${item.title} ${item.to}`),
  );
}

describe("groupsOf", () => {
  it("offers what was opened lately, and all pages, before anything is typed", () => {
    const recent = { kind: "job", title: "refresh", detail: "", to: "/jobs/job", search: {} };
    expect(offered(" ", [], [recent])).toEqual([
      "refresh /jobs/job",
      "Home /",
      "Traces /traces",
      "Service map /traces/map",
    ]);
  });

  it("offers pages by a beginning of a word, then the lake, then all results", () => {
    expect(offered("ma", [hit({})])).toEqual([
      "Service map /traces/map",
      "raw.flights /tables/table",
      "All results for “ma” /search",
    ]);
    expect(offered("race")).toEqual(["All results for “race” /search"]);
  });

  it("offers first what a pasted id names", () => {
    const [first] = offered("01a1ff5d-669b-7c6b-aa23-5e34f428bd34");
    expect(first).toBe("01a1ff5d-669b-7c6b-aa23-5e34f428bd34 /runs/run");
  });

  it("says why something was found that is not called so", () => {
    const matches = [{ field: "columns", text: "tailnum", spans: [[0, 4]] }];
    const [group] = groupsOf({ words: "tail", pages: [], recent: [], hits: [hit({ matches })] });
    expect(group?.items[0]?.detail).toBe("Table · headwater · column tailnum");
  });
});

describe("withRecent", () => {
  it("keeps each page once, the latest first, and not too many", () => {
    const page = (n: number): Recent => ({
      kind: "run",
      title: `${n}`,
      detail: "",
      to: "/r",
      search: { n },
    });
    let kept: Recent[] = [];
    for (const n of [1, 2, 3, 1, 4, 5, 6, 7, 8, 9]) kept = withRecent(kept, page(n));
    expect(kept.map((one) => one.title).join("")).toBe("98765413");
  });
});
