type Schema = Record<string, unknown>;

const MOST_DEPTH = 6;

/** A record that a JSON Schema allows, as far as one can tell without trying. */
export function exampleOf(schema: unknown, now = new Date()): unknown {
  return valueFor(schema, now, 0);
}

function valueFor(schema: unknown, now: Date, depth: number): unknown {
  if (!isSchema(schema) || depth > MOST_DEPTH) return null;
  for (const given of [schema.const, first(schema.examples), schema.default, first(schema.enum)]) {
    if (given !== undefined) return given;
  }
  const choice = first(schema.anyOf) ?? first(schema.oneOf);
  if (schema.type === undefined && choice !== undefined) return valueFor(choice, now, depth);
  switch (typeOf(schema)) {
    case "object":
      return Object.fromEntries(
        Object.entries(isSchema(schema.properties) ? schema.properties : {}).map(
          ([name, inner]) => [name, valueFor(inner, now, depth + 1)],
        ),
      );
    case "array":
      return schema.items === undefined ? [] : [valueFor(schema.items, now, depth + 1)];
    case "string":
      return textOf(schema, now);
    case "integer":
      return Math.ceil(leastOf(schema));
    case "number":
      return leastOf(schema);
    case "boolean":
      return true;
    default:
      return null;
  }
}

function typeOf(schema: Schema): unknown {
  const type = Array.isArray(schema.type) ? schema.type.find((one) => one !== "null") : schema.type;
  return type ?? (schema.properties === undefined ? undefined : "object");
}

function textOf(schema: Schema, now: Date): string {
  const moment = now.toISOString();
  switch (schema.format) {
    case "date-time":
      return moment;
    case "date":
      return moment.slice(0, 10);
    case "time":
      return moment.slice(11);
    case "email":
      return "someone@example.com";
    case "uri":
      return "https://example.com";
    case "uuid":
      return "00000000-0000-4000-8000-000000000000";
    default:
      return "text".padEnd(numberOf(schema.minLength) ?? 0, "x");
  }
}

function leastOf(schema: Schema): number {
  const above = numberOf(schema.exclusiveMinimum);
  const most = numberOf(schema.maximum) ?? numberOf(schema.exclusiveMaximum);
  const least = numberOf(schema.minimum) ?? (above === undefined ? undefined : above + 1);
  return least ?? (most !== undefined && most < 1 ? most - 1 : 1);
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function first(values: unknown): unknown {
  return Array.isArray(values) ? values[0] : undefined;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
