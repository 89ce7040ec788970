/** Digits in groups of three. */
const GROUPS = /\B(?=(?:\d{3})+$)/g;
const MOST_DIGITS = 1e21;

/**
 * A number as English writes it, to three places behind the point, as `toLocaleString("en")` has
 * it: the first use of that takes a browser longer than all else that a page says.
 */
export function thousands(value: number): string {
  if (!(Math.abs(value) < MOST_DIGITS)) return value.toLocaleString("en");
  const [whole = "", places] = String(Number(Math.abs(value).toFixed(3))).split(".");
  const sign = value < 0 ? "-" : "";
  const grouped = whole.replace(GROUPS, ",");
  return places === undefined ? sign + grouped : `${sign}${grouped}.${places}`;
}
