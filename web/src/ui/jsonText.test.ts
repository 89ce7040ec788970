import { expect, test } from "vitest";
import { layOut, lineOf, prettyJson } from "./jsonText";

test("JSON is laid out as JSON.stringify does it", () => {
  const value = { a: [1, { b: "x,}" }], "c/d": {}, e: [], f: null, g: 'a "quote"' };
  expect(prettyJson(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2));
  expect(prettyJson(JSON.stringify(value, null, 4))).toBe(JSON.stringify(value, null, 2));
});

test("no digit of a number is lost", () => {
  expect(prettyJson('{"n":12345678901234567890.10}')).toBe('{\n  "n": 12345678901234567890.10\n}');
});

test("every pointer has the line on which its value begins", () => {
  const places = layOut('{"a":{"b":[1,2]},"c/d~":3}')?.places;
  expect([...(places ?? [])]).toEqual([
    ["", 0],
    ["/a", 1],
    ["/a/b", 2],
    ["/a/b/0", 3],
    ["/a/b/1", 4],
    ["/c~1d~0", 7],
  ]);
});

test("a pointer to what is missing leads to what is around it", () => {
  const places = layOut('{"a":{"b":1}}')?.places ?? new Map();
  expect(lineOf(places, "/a/x/y")).toBe(1);
  expect(lineOf(places, "/z")).toBe(0);
});

test.each(["", "{", '{"a"}', "[1,,2]", '{"a":1} x', '"open', "{,}"])("%j is no JSON", (text) => {
  expect(layOut(text)).toBeNull();
  expect(prettyJson(text)).toBe(text);
});
