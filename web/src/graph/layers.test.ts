import { describe, expect, it } from "vitest";
import { layersOf } from "./layers";

function call(parent: string, child: string) {
  return { parent, child, calls: 1 };
}

function layer(placed: ReturnType<typeof layersOf>) {
  return Object.fromEntries(placed.map((one) => [one.name, one.layer]));
}

describe("layersOf", () => {
  it("puts callers left of what they call, behind the longest way", () => {
    const placed = layersOf([], [call("web", "orders"), call("orders", "db"), call("web", "db")]);
    expect(layer(placed)).toEqual({ web: 0, orders: 1, db: 2 });
  });

  it("keeps services that call nobody", () => {
    expect(layersOf(["jobs"], [])).toEqual([{ name: "jobs", layer: 0, place: 0 }]);
  });

  it("ends with calls in a circle, and begins at who is called by nobody", () => {
    const placed = layersOf([], [call("b", "a"), call("a", "b"), call("start", "b")]);
    expect(layer(placed)).toEqual({ start: 0, b: 1, a: 2 });
  });

  it("takes a service that calls itself for one", () => {
    expect(layersOf([], [call("a", "a")])).toEqual([{ name: "a", layer: 0, place: 0 }]);
  });

  it("puts neighbours beside each other", () => {
    const placed = layersOf([], [call("a", "z"), call("b", "y"), call("c", "x")]);
    const places = Object.fromEntries(placed.map((one) => [one.name, one.place]));
    expect([places.z, places.y, places.x]).toEqual([places.a, places.b, places.c]);
  });
});
