import { expect, test } from "vitest";
import { spanOf, spanSince } from "./time";

test.each([
  [0.0000425, "43 µs"],
  [0.0123, "12.3 ms"],
  [12.34, "12.3 s"],
  [61, "1 min 1 s"],
  [3600, "1 h"],
  [7500, "2 h 5 min"],
  [90_061, "1 d 1 h"],
])("a span of %d s reads %s", (seconds, said) => {
  expect(spanOf(seconds)).toBe(said);
});

test("how long ago something was is told without seconds beyond a minute", () => {
  expect(spanSince(1_000_000, 0)).toBe("in 16 min");
  expect(spanSince(0, 1_000_000)).toBe("16 min ago");
  expect(spanSince(0, 59_400)).toBe("59 s ago");
  expect(spanSince(0, 7_500_000)).toBe("2 h 5 min ago");
  expect(spanSince(0, 2_000)).toBe("just now");
});
