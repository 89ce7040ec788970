import { expect, test } from "vitest";
import { readHomeSearch } from "./address";

test.each([
  [{}, {}],
  [{ hours: 168 }, { hours: 168 }],
  [{ hours: "1" }, { hours: 1 }],
  [{ hours: 24 }, {}],
  [{ hours: 7 }, {}],
  [{ hours: "x" }, {}],
])("the address %o reads %o", (given, read) => {
  expect(readHomeSearch(given)).toEqual(read);
});
