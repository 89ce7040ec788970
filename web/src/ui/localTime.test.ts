import { expect, test } from "vitest";
import { isoOf, localOf } from "./localTime";

test("a moment comes back as it was, to the minute", () => {
  expect(isoOf(localOf("2026-03-29T10:20:00.000Z"))).toBe("2026-03-29T10:20:00.000Z");
});

test("a moment comes back to the second where the field has seconds", () => {
  const at = "2026-03-29T10:20:30.000Z";
  expect(isoOf(localOf(at, "second"))).toBe(at);
});

test("what is no moment is none", () => {
  expect(localOf(undefined)).toBe("");
  expect(localOf("soon")).toBe("");
  expect(isoOf("")).toBeUndefined();
});
