import { expect, test } from "vitest";
import { layOut } from "@/ui/jsonText";
import { marksOf } from "./marks";

test("a line has the colour of the worst that is on it", () => {
  const places = layOut('{"a":1,"b":{"c":2}}')?.places ?? new Map();
  const finding = (path: string, severity: "info" | "warning" | "error") => ({
    path,
    severity,
    rule: "r",
    message: "m",
  });
  const marks = marksOf(
    [finding("/a", "error"), finding("/a", "info"), finding("/b/missing", "warning")],
    places,
  );
  expect([...marks]).toEqual([
    [1, "error"],
    [2, "warning"],
  ]);
});
