const DIGITS = { minute: 16, second: 19 } as const;

/** A moment as a field of date and time wants it, in the reader's time zone; "" for none. */
export function localOf(moment: string | undefined, to: keyof typeof DIGITS = "minute"): string {
  const at = new Date(moment ?? "");
  if (Number.isNaN(at.getTime())) return "";
  const shifted = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, DIGITS[to]);
}

/** The moment that such a field says, in UTC; undefined for none and while it is not whole. */
export function isoOf(local: string): string | undefined {
  const at = new Date(local);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

/** Whether a text is a time; producers send others. */
export function isTime(text: string): boolean {
  return !Number.isNaN(new Date(text).getTime());
}
