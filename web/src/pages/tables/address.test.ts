import { describe, expect, it } from "vitest";
import { readTableSearch, readTablesSearch } from "./address";

describe("the address of the tables", () => {
  it("keeps what it knows and leaves the rest", () => {
    expect(readTablesSearch({ zone: "raw", words: "a b", other: 1 })).toEqual({
      zone: "raw",
      words: "a b",
    });
    expect(readTablesSearch({ words: "" })).toEqual({});
    expect(readTablesSearch({ words: 2026 })).toEqual({ words: "2026" });
  });
});

describe("the address of a table", () => {
  it("has a name, and a tab that there is", () => {
    expect(readTableSearch({ namespace: "n", name: "t", tab: "rows", snapshot: "12" })).toEqual({
      namespace: "n",
      name: "t",
      tab: "rows",
      snapshot: "12",
    });
    expect(readTableSearch({ name: 7, tab: "nope" })).toEqual({ namespace: "", name: "7" });
  });
});
