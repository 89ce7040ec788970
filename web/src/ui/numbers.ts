import { texts } from "@/texts";

const SIZES = ["B", "kB", "MB", "GB", "TB", "PB"] as const;

/** A count with its thousands apart. */
export function countOf(value: number | null | undefined): string {
  return value === null || value === undefined ? "–" : texts.shared.number(value);
}

/** A share of one in percent with two or three digits; only none is 0 %, and only all is 100 %. */
export function percentOf(share: number): string {
  if (share > 0 && share < 0.001) return "< 0.1 %";
  if (share > 0.999 && share < 1) return "> 99.9 %";
  return `${Number((100 * share).toPrecision(share < 0.1 ? 2 : 3))} %`;
}

/** A size in bytes with three digits and its unit. */
export function sizeOf(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined) return "–";
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < SIZES.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${Number(value.toPrecision(3))} ${SIZES[unit]}`;
}
