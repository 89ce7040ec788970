import { expect, test } from "vitest";
import { namePieces } from "./namePieces";

test.each([
  ["flights", ["flights"]],
  ["processed.flight_departures", ["processed.", "flight_", "departures"]],
  ["s3://bucket/a-b", ["s3://", "bucket/", "a-", "b"]],
  ["_hidden__", ["_", "hidden__"]],
  ["", []],
])("a line of %s may end between its words", (name, pieces) => {
  expect(namePieces(name)).toEqual(pieces);
  expect(namePieces(name).join("")).toBe(name);
});
