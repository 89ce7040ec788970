import { describe, expect, it } from "vitest";
import { readJobSearch, readJobsSearch } from "./address";

describe("the address of the jobs", () => {
  it("takes what it knows and leaves the rest", () => {
    expect(readJobsSearch({ namespace: "lake", words: 42, state: "FAILED", other: 1 })).toEqual({
      namespace: "lake",
      words: "42",
      state: "FAILED",
    });
    expect(readJobsSearch({ state: "broken", words: "" })).toEqual({});
  });

  it("names a job and what of it is shown", () => {
    expect(readJobSearch({ namespace: "lake", name: 7, tab: "sql" })).toEqual({
      namespace: "lake",
      name: "7",
      tab: "sql",
    });
    expect(readJobSearch({ tab: "nothing" })).toEqual({ namespace: "", name: "" });
  });
});
