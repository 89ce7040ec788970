const NAME = /["'`]([^"'`\n]{1,200})["'`]|with name (\w+)/g;

/**
 * At which character of a statement a problem is, nothing where that is not known.
 *
 * The server counts bytes; where it names no place, the first name that its words quote and the
 * statement holds is it.
 */
export function placeOfProblem(body: unknown, statement: string): number | undefined {
  const said = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  const bytes = [said.position, said.offset].find((one) => typeof one === "number");
  if (typeof bytes === "number") {
    const place = characterAt(statement, bytes);
    if (place !== undefined) return place;
  }
  const text = typeof said.detail === "string" ? said.detail : "";
  for (const [, quoted, named] of text.matchAll(NAME)) {
    const name = (quoted ?? named ?? "").toLowerCase();
    const at = name === "" ? -1 : statement.toLowerCase().indexOf(name);
    if (at >= 0) return at;
  }
  return undefined;
}

/** The line and column of a character, both from 1. */
export function lineAndColumn(statement: string, place: number): { line: number; column: number } {
  const before = statement.slice(0, place).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

function characterAt(statement: string, bytes: number): number | undefined {
  const encoded = new TextEncoder().encode(statement);
  if (bytes > encoded.length) return undefined;
  return new TextDecoder().decode(encoded.slice(0, bytes)).length;
}
