import { expect, test } from "vitest";
import { countOf, percentOf, sizeOf } from "./numbers";

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1 kB"],
  [1_234_567, "1.23 MB"],
  [999_999, "1 MB"],
])("%d bytes read %s", (bytes, said) => {
  expect(sizeOf(bytes)).toBe(said);
});

test("what is not known is no zero", () => {
  expect(countOf(null)).toBe("–");
  expect(countOf(1234567)).toBe("1,234,567");
});

test.each([
  [0, "0 %"],
  [0.0004, "< 0.1 %"],
  [0.0123, "1.2 %"],
  [0.051, "5.1 %"],
  [1 / 3, "33.3 %"],
  [0.9961, "99.6 %"],
  [0.9999, "> 99.9 %"],
  [1, "100 %"],
])("a share of %d reads %s", (share, said) => {
  expect(percentOf(share)).toBe(said);
});
