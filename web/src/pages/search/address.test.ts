import { expect, it } from "vitest";
import { readSearchSearch } from "./address";

it("reads words and filters, and leaves out what is empty or unknown", () => {
  expect(readSearchSearch({ words: "tail num", kind: "job", namespace: " ", tag: "pii" })).toEqual({
    words: "tail num",
    kind: "job",
    tag: "pii",
  });
  expect(readSearchSearch({ words: 2013, kind: "run" })).toEqual({ words: "2013" });
});
