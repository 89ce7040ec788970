import { describe, expect, it } from "vitest";
import { readCompareSearch, readRunSearch, readRunsSearch, spanAsked } from "./address";

describe("the addresses of runs", () => {
  it("take what they know and leave the rest", () => {
    expect(
      readRunsSearch({ job: "daily", state: "FAILED", window: "7d", fold: true, other: 1 }),
    ).toEqual({ job: "daily", state: "FAILED", window: "7d", fold: true });
    expect(readRunsSearch({ state: "no", window: "2y", since: "yesterday" })).toEqual({});
    expect(readRunsSearch({ since: "2026-11-20T00:00:00Z" })).toEqual({
      since: "2026-11-20T00:00:00.000Z",
    });
  });

  it("name a run, and two to compare", () => {
    expect(readRunSearch({ id: "a", tab: "logs" })).toEqual({ id: "a", tab: "logs" });
    expect(readRunSearch({})).toEqual({ id: "" });
    expect(readCompareSearch({ id: "a", with: "b" })).toEqual({ id: "a", with: "b" });
  });

  it("ask for a window from a whole minute on", () => {
    const now = Date.parse("2026-11-21T08:00:31Z");
    expect(spanAsked({ window: "1h" }, now)).toEqual({ since: "2026-11-21T07:00:00.000Z" });
    expect(spanAsked({ until: "2026-11-21T00:00:00.000Z" }, now)).toEqual({
      until: "2026-11-21T00:00:00.000Z",
    });
    expect(spanAsked({}, now)).toEqual({});
  });
});
