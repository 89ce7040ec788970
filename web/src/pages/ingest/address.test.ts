import { expect, test } from "vitest";
import { readQuarantineSearch, readSourceSearch } from "./address";

test("the address of a source says which part is open", () => {
  expect(readSourceSearch({ name: "flights", part: "try" })).toEqual({
    name: "flights",
    part: "try",
  });
  expect(readSourceSearch({ name: "flights", part: "other", version: "2" })).toEqual({
    name: "flights",
    version: 2,
  });
  expect(readSourceSearch({ name: 7, part: "schema", version: -1 })).toEqual({ name: "7" });
});

test("the address of the quarantine keeps what it knows", () => {
  expect(readQuarantineSearch({ source: "a", reason: 12, key: "k", other: 1 })).toEqual({
    source: "a",
    reason: "12",
    key: "k",
  });
  expect(readQuarantineSearch({})).toEqual({});
});
