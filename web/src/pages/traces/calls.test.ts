import { describe, expect, it } from "vitest";
import { levelOf } from "./calls";

describe("levelOf", () => {
  it.each([
    [0, "none"],
    [1, "some"],
    [4, "some"],
    [5, "many"],
    [100, "many"],
  ])("says of %d failed calls in a hundred: %s", (errors, level) => {
    expect(levelOf({ calls: 100, errors })).toBe(level);
  });
});
