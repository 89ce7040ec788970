import { expect, test } from "vitest";
import { thousands } from "./thousands";

test.each([
  0,
  7,
  999,
  1_000,
  12_345,
  1_234_567,
  -1_234,
  1_234.5,
  0.25,
  0.0004,
  999.9996,
  1e15,
  1e21,
  0.1 + 0.2,
  Number.POSITIVE_INFINITY,
])("%d reads as the browser would write it in English", (value) => {
  expect(thousands(value)).toBe(value.toLocaleString("en"));
});
