import { describe, expect, it } from "vitest";
import { firstValues, parametersOf } from "./parameters";
import type { Pipeline } from "./questions";

const pipeline: Pipeline = {
  name: "load",
  description: "",
  stages: [],
  parameters: {
    file: { type: "string", default: null, is_required: true, description: "" },
    most: { type: "integer", default: 10, is_required: false, description: "" },
    dry: { type: "boolean", default: true, is_required: false, description: "" },
  },
};

describe("the parameters of a pipeline", () => {
  it("begin as the pipeline has them", () => {
    expect(firstValues(pipeline)).toEqual({ file: "", most: "10", dry: true });
  });

  it("are sent as what they are, without what was left empty", () => {
    expect(parametersOf(pipeline, { file: "", most: "12", dry: false })).toEqual({
      most: 12,
      dry: false,
    });
    expect(parametersOf(pipeline, { file: "a.csv", most: "many" })).toEqual({
      file: "a.csv",
      most: "many",
    });
  });
});
