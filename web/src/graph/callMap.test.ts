import { describe, expect, it } from "vitest";
import { callMapOf, LABEL } from "./callMap";

const call = (parent: string, child: string) => ({ parent, child, calls: 1 });
const row = ["a", "b", "c", "d", "e"].map((name, n, all) => call(name, all[n + 1] ?? "f"));

function placesOf(calls: ReturnType<typeof call>[], width: number) {
  const map = callMapOf([], calls, width);
  return { map, boxes: new Map(map.boxes.map((box) => [box.name, box])) };
}

describe("callMapOf", () => {
  it("puts callers left of what they call where that fits", () => {
    const { map, boxes } = placesOf(row, 1300);
    const lefts = [..."abcdef"].map((name) => boxes.get(name)?.x ?? 0);
    expect(lefts).toEqual([...lefts].sort((a, b) => a - b));
    expect([map.isDown, map.width]).toEqual([false, 1300]);
  });

  it.each([328, 500, 800, 1040, 1400])("stays within %d pixels", (width) => {
    const calls = [...row, call("f", "a"), call("a", "d"), call("a", "x"), call("a", "y")];
    const { map } = placesOf(calls, width);
    expect(map.width).toBe(width);
    for (const box of map.boxes) {
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width).toBeLessThanOrEqual(width);
      expect(box.y + box.height).toBeLessThanOrEqual(map.height);
    }
    for (const { label } of map.lines) {
      expect(label.x - LABEL.width / 2).toBeGreaterThanOrEqual(0);
      expect(label.x + LABEL.width / 2).toBeLessThanOrEqual(width);
    }
  });

  it("puts callers above what they call where the row is too long", () => {
    const { map, boxes } = placesOf(row, 500);
    const tops = [..."abcdef"].map((name) => boxes.get(name)?.y ?? 0);
    expect(tops).toEqual([...new Set(tops)].sort((a, b) => a - b));
    expect(map.isDown).toBe(true);
  });

  it("wraps a layer that is wider than the map, and no boxes lie on each other", () => {
    const calls = [..."bcdefgh"].map((name) => call("a", name)).concat(row);
    const { map } = placesOf(calls, 340);
    for (const one of map.boxes) {
      for (const other of map.boxes) {
        const isBeside = Math.abs(one.x - other.x) >= one.width - 0.01;
        const isBelow = Math.abs(one.y - other.y) >= one.height;
        expect(one === other || isBeside || isBelow).toBe(true);
      }
    }
  });

  it("leads calls into the second part of a wrapped layer around the first", () => {
    const { map, boxes } = placesOf([call("a", "b"), call("a", "c")], 240);
    const [b, c] = [boxes.get("b"), boxes.get("c")];
    expect(b?.y).not.toBe(c?.y);
    const lower = (b?.y ?? 0) > (c?.y ?? 0) ? "b" : "c";
    const line = map.lines.find((one) => one.call.child === lower);
    expect(line?.label.x).toBeGreaterThan((b?.x ?? 0) + (b?.width ?? 0));
  });

  it("lets nothing that is said of a call lie on another", () => {
    const calls = ["a", "b", "c"].flatMap((one) => ["x", "y", "z"].map((two) => call(one, two)));
    for (const width of [340, 900]) {
      const labels = callMapOf([], calls, width).lines.map((line) => line.label);
      for (const one of labels) {
        for (const other of labels) {
          const isBeside = Math.abs(one.x - other.x) >= LABEL.width;
          const isBelow = Math.abs(one.y - other.y) >= LABEL.height - 0.01;
          expect(one === other || isBeside || isBelow).toBe(true);
        }
      }
    }
  });

  it("draws services that call nobody", () => {
    expect(callMapOf(["jobs"], [], 328).boxes).toHaveLength(1);
  });
});
