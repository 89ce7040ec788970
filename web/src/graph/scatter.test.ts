import { describe, expect, it } from "vitest";
import { nearestPoint, type Point, scaleOf } from "./scatter";

const frame = { width: 120, height: 60, left: 10, right: 10, top: 5, bottom: 5 };
const point = (at: number, length: number): Point => ({ at, length, hasFailed: false });

describe("scaleOf", () => {
  it("puts time along and powers of ten upward", () => {
    const scale = scaleOf([point(0, 1), point(10_000, 100)], frame);
    expect([scale.x(0), scale.x(10_000)]).toEqual([10, 110]);
    expect([scale.y(1), scale.y(10), scale.y(100)]).toEqual([55, 30, 5]);
    expect(scale.lines).toEqual([1, 10, 100]);
  });

  it("has room for one point, and for a length of nothing", () => {
    const scale = scaleOf([point(5_000, 0)], frame);
    expect(scale.x(5_000)).toBe(60);
    expect(scale.y(0)).toBe(55);
    expect(scaleOf([], frame).lines.length).toBeGreaterThan(1);
  });
});

describe("nearestPoint", () => {
  const points = [point(0, 1), point(10_000, 100)];
  const scale = scaleOf(points, frame);

  it("finds what is near, and nothing far away", () => {
    expect(nearestPoint(points, scale, { x: 108, y: 7 }, 8)).toBe(1);
    expect(nearestPoint(points, scale, { x: 60, y: 30 }, 8)).toBeUndefined();
  });
});
