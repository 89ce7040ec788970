import type { Pipeline } from "./questions";

/** What stands in the fields of a form, by the name of the parameter. */
export type Given = Record<string, string | boolean>;

/** What the fields hold at first: what the pipeline takes where nothing is said. */
export function firstValues(pipeline: Pipeline): Given {
  return Object.fromEntries(
    Object.entries(pipeline.parameters).map(([name, parameter]) => [
      name,
      typeof parameter.default === "boolean" ? parameter.default : String(parameter.default ?? ""),
    ]),
  );
}

/** What a start is asked with: numbers as numbers, what was left empty left out. */
export function parametersOf(pipeline: Pipeline, given: Given): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const [name, parameter] of Object.entries(pipeline.parameters)) {
    const value = given[name];
    if (value === undefined || value === "") continue;
    const isNumber = parameter.type === "integer" || parameter.type === "number";
    const number = Number(value);
    // What is no number goes as it is: the server says what is wrong with it.
    found[name] = isNumber && Number.isFinite(number) ? number : value;
  }
  return found;
}
