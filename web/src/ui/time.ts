import { texts } from "@/texts";

const UNITS: readonly [string, number][] = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
  ["s", 1],
];

/** A length of time in its two largest units, as `2 h 5 min`; below a second in ms or µs. */
export function spanOf(seconds: number): string {
  if (seconds < 0.001) return `${Math.round(seconds * 1e6)} µs`;
  if (seconds < 1) return `${Number((seconds * 1000).toPrecision(3))} ms`;
  if (seconds < 60) return `${Number(seconds.toPrecision(3))} s`;
  let rest = Math.round(seconds);
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    if (count > 0) parts.push(`${count} ${unit}`);
    rest -= count * size;
    if (parts.length === 2 || (parts.length === 1 && count === 0)) break;
  }
  return parts.join(" ");
}

/** How long ago a moment was, or how far ahead it is, without seconds beyond a minute. */
export function spanSince(moment: string | number | Date, now = Date.now()): string {
  const seconds = (now - new Date(moment).getTime()) / 1000;
  const length = Math.abs(seconds);
  if (length < 5) return texts.shared.justNow;
  const span = spanOf(length < 60 ? Math.round(length) : Math.floor(length / 60) * 60);
  return seconds > 0 ? texts.shared.ago(span) : texts.shared.inFuture(span);
}

let moments: Intl.DateTimeFormat | undefined;

/** A moment in the reader's own time zone, to the second. */
export function momentOf(moment: string | number | Date): string {
  // Made once: to make one takes far longer than to use it, and a page shows hundreds of moments.
  moments ??= new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
  const at = new Date(moment);
  return Number.isNaN(at.getTime()) ? String(moment) : moments.format(at);
}
