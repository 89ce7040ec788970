import { describe, expect, it } from "vitest";
import { COLOURS, marksOf } from "./services";

const many = Array.from({ length: 60 }, (_, n) => `service-${n}`);

describe("marksOf", () => {
  it("gives a service its colour whatever others there are, and in which order", () => {
    const alone = (name: string) => marksOf([name])(name).colour;
    for (const some of [["web", "service-7", "service-3"], many, [...many].reverse()]) {
      expect(some.map((name) => marksOf(some)(name).colour)).toEqual(some.map(alone));
    }
  });

  it("tells apart services whose names lead to the same colour", () => {
    const colour = marksOf(many)("service-0").colour;
    const alike = many.filter((name) => marksOf(many)(name).colour === colour).slice(0, 5);
    expect(alike).toHaveLength(5);
    expect(new Set(alike.map((name) => marksOf(alike)(name).pattern)).size).toBe(5);
  });

  it("uses all colours, each about as often", () => {
    const colours = many.map((name) => marksOf(many)(name).colour);
    const counts = Array.from({ length: COLOURS }, (_, n) => colours.filter((c) => c === n).length);
    expect(Math.min(...counts)).toBeGreaterThan(3);
  });
});
