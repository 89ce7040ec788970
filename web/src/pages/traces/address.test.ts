import { describe, expect, it } from "vitest";
import { readMapSearch, readTraceSearch, readTracesSearch } from "./address";

describe("readTracesSearch", () => {
  it("reads what it knows and leaves the rest", () => {
    expect(
      readTracesSearch({ service: "web", errors: "true", window: "1h", minMs: "5", other: 1 }),
    ).toEqual({ service: "web", errors: true, window: "1h", minMs: 5 });
  });

  it("takes one attribute or several, each with its value", () => {
    expect(readTracesSearch({ attributes: "a:1" }).attributes).toEqual(["a:1"]);
    expect(readTracesSearch({ attributes: ["a:1", "b", 7] }).attributes).toEqual(["a:1"]);
  });

  it("leaves out what makes no sense", () => {
    expect(readTracesSearch({ window: "ever", minMs: -1, maxMs: "x", limit: 1e9 })).toEqual({
      limit: 1000,
    });
  });
});

describe("readTraceSearch", () => {
  it("reads the zoom only as a whole", () => {
    expect(readTraceSearch({ id: "ab", from: 1, to: 2 })).toEqual({ id: "ab", from: 1, to: 2 });
    expect(readTraceSearch({ id: "ab", from: 2, to: 1 })).toEqual({ id: "ab" });
  });

  it("reads an id of digits as the text that it is", () => {
    expect(readTraceSearch({ id: "a", span: 1234567890123456 }).span).toBe("1234567890123456");
  });
});

describe("readMapSearch", () => {
  it("knows the stretches of time", () => {
    expect(readMapSearch({ window: "7d" })).toEqual({ window: "7d" });
    expect(readMapSearch({ window: 7 })).toEqual({});
  });
});
