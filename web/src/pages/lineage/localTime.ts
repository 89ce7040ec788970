/** A moment as a field for local times wants it, without a zone. */
export function localText(at: string): string {
  const time = new Date(at);
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

/** What a field for local times says, as a moment; undefined while it is not whole. */
export function timeOfLocal(text: string): string | undefined {
  const time = new Date(text);
  return text && !Number.isNaN(time.getTime()) ? time.toISOString() : undefined;
}
