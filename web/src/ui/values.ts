const CHARACTER_PIXELS = 7.6;
const PADDING_PIXELS = 22;
const [LEAST_PIXELS, MOST_PIXELS] = [64, 340];
/** Numbers of later rows may have more digits than those of the first. */
const LEAST_OF_NUMBERS = 112;
const NUMERIC =
  /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|REAL|DECIMAL.*|LONG|HUGEINT|UHUGEINT)$/i;
const MOST_SHOWN = 400;

/** A column of rows: its name, and its type as the server calls it. */
export interface ValueColumn {
  name: string;
  type: string;
}

/** A value as text; what is nested as JSON, nothing as null. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "string") return value;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** A value for a cell: on one line, and cut where it would not fit anyway. */
export function cellText(value: unknown): string {
  const text = valueText(value);
  const cut = text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
  return cut.replaceAll(/\s*\n\s*/g, " ⏎ ");
}

/** Whether values of a type are numbers, which are read from the right. */
export function isNumeric(type: string): boolean {
  return NUMERIC.test(type);
}

/** How wide each column is drawn, by its name and the first values that are known. */
export function widthsOf(
  columns: readonly ValueColumn[],
  rows: readonly (readonly unknown[])[],
): number[] {
  return columns.map((column, place) => {
    const texts = [column.name, column.type, ...rows.map((row) => cellText(row[place]))];
    const longest = Math.max(...texts.map((text) => text.length));
    const pixels = Math.round(longest * CHARACTER_PIXELS + PADDING_PIXELS);
    const least = isNumeric(column.type) ? LEAST_OF_NUMBERS : LEAST_PIXELS;
    return Math.min(MOST_PIXELS, Math.max(least, pixels));
  });
}

/** A text as indented JSON where it is an object or a list, else as it is. */
export function prettyText(value: unknown): { text: string; isJson: boolean } {
  const text = valueText(value);
  if (typeof value === "object" && value !== null) {
    return { text: JSON.stringify(value, null, 2), isJson: true };
  }
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return { text, isJson: false };
  try {
    return { text: JSON.stringify(JSON.parse(value), null, 2), isJson: true };
  } catch {
    return { text, isJson: false };
  }
}
