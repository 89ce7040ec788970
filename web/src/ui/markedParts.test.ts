import { describe, expect, it } from "vitest";
import { partsOf } from "./markedParts";

const shown = (text: string, spans: number[][]) =>
  partsOf(text, spans)
    .map((part) => (part.isMarked ? `[${part.text}]` : part.text))
    .join("");

describe("partsOf", () => {
  it("marks what was sought", () => {
    expect(shown("raw.flights", [[4, 11]])).toBe("raw.[flights]");
    expect(
      shown("a b a", [
        [4, 5],
        [0, 1],
      ]),
    ).toBe("[a] b [a]");
    expect(shown("nothing", [])).toBe("nothing");
  });

  it("counts characters, not their halves", () => {
    expect(shown("🌊 tide", [[2, 6]])).toBe("🌊 [tide]");
  });

  it("marks spans that overlap once", () => {
    expect(
      shown("abcdef", [
        [0, 3],
        [2, 5],
      ]),
    ).toBe("[abc][de]f");
  });
});
