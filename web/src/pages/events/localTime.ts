/** A moment as an input of date and time wants it, in the reader's time zone; "" for none. */
export function localOf(iso: string | undefined): string {
  const moment = new Date(iso ?? "");
  if (Number.isNaN(moment.getTime())) return "";
  const shifted = new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}

/** The moment that such an input says, in UTC; undefined for none. */
export function isoOf(local: string): string | undefined {
  const moment = new Date(local);
  return Number.isNaN(moment.getTime()) ? undefined : moment.toISOString();
}

/** Whether a text is a time; producers send others. */
export function isTime(text: string): boolean {
  return !Number.isNaN(new Date(text).getTime());
}
