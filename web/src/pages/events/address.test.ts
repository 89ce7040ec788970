import { expect, test } from "vitest";
import { readConformanceSearch, readEventsSearch, readRefusedSearch } from "./address";

test.each([
  [{}, {}],
  [
    { what: "FAIL", job: "sum", order: "newest" },
    { what: "FAIL", job: "sum" },
  ],
  [{ what: "NO", job: "", order: "oldest" }, { order: "oldest" }],
  [
    { job: 5, after: "7", sequence: 3 },
    { job: "5", after: 7, sequence: 3 },
  ],
  [{ after: -1, sequence: "x" }, {}],
])("the address %o of the log reads %o", (given, read) => {
  expect(readEventsSearch(given)).toEqual(read);
});

test("the address of conformance leaves out what is usual", () => {
  expect(readConformanceSearch({ level: "warning", producer: "p" })).toEqual({ producer: "p" });
  expect(readConformanceSearch({ level: "info" })).toEqual({ level: "info" });
});

test("a key of digits stays a text", () => {
  expect(readRefusedSearch({ key: 12345 })).toEqual({ key: "12345" });
});
