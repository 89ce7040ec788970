import type { components } from "@/api/schema";

/** An answer without its rows. */
export type AnswerHead = Omit<components["schemas"]["SqlAnswer"], "rows">;

/** Where each row of an answer begins and ends in its text, so that none is read before its time. */
export interface IndexedAnswer {
  head: AnswerHead;
  text: string;
  /** Begins and ends by turns. */
  places: Uint32Array;
}

const ROWS = '"rows":[';
const [QUOTE, BACKSLASH, OPEN, CLOSE, OPEN_OBJECT, CLOSE_OBJECT] = [34, 92, 91, 93, 123, 125];

/** Find the rows in the text of an answer. */
export function indexAnswer(text: string): IndexedAnswer {
  const from = text.indexOf(ROWS) + ROWS.length;
  const places: number[] = [];
  let depth = 0;
  let at = from;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfText(text, at);
    else if (code === OPEN || code === OPEN_OBJECT) {
      if (depth === 0) places.push(at);
      depth += 1;
    } else if (code === CLOSE || code === CLOSE_OBJECT) {
      if (depth === 0) break;
      depth -= 1;
      if (depth === 0) places.push(at + 1);
    }
  }
  const { rows: _, ...head } = JSON.parse(text.slice(0, from) + text.slice(at));
  return { head, text, places: Uint32Array.from(places) };
}

/** The rows from one place to another. */
export function rowsIn(answer: IndexedAnswer, first: number, last: number): unknown[][] {
  const rows: unknown[][] = [];
  for (let at = first; at < Math.min(last, answer.head.row_count); at += 1) {
    rows.push(exact(answer.text.slice(answer.places[2 * at], answer.places[2 * at + 1])));
  }
  return rows;
}

/** Read JSON without losing a digit: a number that JavaScript cannot hold stays as its text. */
function exact(text: string): unknown[] {
  return JSON.parse(text, function keep(_key, value, context?: { source?: string }) {
    const source = context?.source;
    if (typeof value !== "number" || source === undefined) return value;
    return Number.isSafeInteger(value) || String(value) === source ? value : source;
  });
}

function endOfText(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) {
    at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  }
  return at;
}
