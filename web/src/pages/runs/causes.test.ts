import { describe, expect, it } from "vitest";
import { causesOf } from "./causes";
import type { RunLine } from "./questions";

function run(id: string, parent: string | null, state: RunLine["state"]): RunLine {
  const job = { namespace: "ns", name: id };
  return {
    id,
    job,
    state,
    own_state: state,
    warning: false,
    started_at: null,
    ended_at: null,
    duration_ms: null,
    parent: parent === null ? null : { id: parent, job: { namespace: "ns", name: parent } },
    error: null,
  };
}

describe("what made a run fail", () => {
  it("is what failed below it without anything failing below that", () => {
    const family = [
      run("top", null, "FAILED"),
      run("step", "me", "FAILED"),
      run("fine", "me", "COMPLETED"),
      run("leaf", "step", "FAILED"),
    ];
    const me = { id: "me", job: { namespace: "ns", name: "me" }, family };
    expect(causesOf(me).map((one) => one.id)).toEqual(["leaf"]);
  });

  it("is nothing for a run that stands at the end", () => {
    const me = {
      id: "me",
      job: { namespace: "ns", name: "me" },
      family: [run("top", null, "FAILED")],
    };
    expect(causesOf(me)).toEqual([]);
  });
});
