/** A part of a text, and whether it is what was sought. */
export interface Part {
  text: string;
  isMarked: boolean;
}

/** A text in parts by spans of characters, as the server counts them: emoji are one. */
export function partsOf(text: string, spans: readonly (readonly number[])[]): Part[] {
  const characters = Array.from(text);
  const parts: Part[] = [];
  let at = 0;
  const add = (from: number, to: number, isMarked: boolean) => {
    if (to > from) parts.push({ text: characters.slice(from, to).join(""), isMarked });
  };
  for (const [from = 0, to = 0] of [...spans].sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0))) {
    add(at, from, false);
    add(Math.max(at, from), to, true);
    at = Math.max(at, to);
  }
  add(at, characters.length, false);
  return parts;
}
