import { expect, test } from "vitest";
import { exampleOf } from "./example";

const now = new Date("2026-01-02T03:04:05.000Z");

test.each([
  [{ type: "string" }, "text"],
  [{ type: "string", format: "date-time" }, "2026-01-02T03:04:05.000Z"],
  [{ type: "string", format: "date" }, "2026-01-02"],
  [{ type: ["null", "integer"], minimum: 2.5 }, 3],
  [{ type: "number", exclusiveMinimum: 0 }, 1],
  [{ type: "number", maximum: -3 }, -4],
  [{ enum: ["a", "b"] }, "a"],
  [{ type: "string", examples: ["ex"] }, "ex"],
  [{ type: "array", items: { type: "boolean" } }, [true]],
  [{ anyOf: [{ type: "string", minLength: 6 }] }, "textxx"],
  [{ properties: { a: { type: "integer" } } }, { a: 1 }],
  [true, null],
])("an example of %j is %j", (schema, example) => {
  expect(exampleOf(schema, now)).toEqual(example);
});

test("a schema within a schema within a schema ends", () => {
  const endless: Record<string, unknown> = { type: "object" };
  endless.properties = { again: endless };
  expect(JSON.stringify(exampleOf(endless, now))).toContain("null");
});
