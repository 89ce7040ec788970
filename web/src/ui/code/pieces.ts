import { type Highlighter, highlightTree } from "@lezer/highlight";
import type { CodeParser } from "./dialect";

const MOST_COLOURED = 200_000;

/** A part of a text that has one look. */
export interface Piece {
  from: number;
  text: string;
  classes: string;
}

/** A text cut where its look changes; one that is very long stays whole and plain. */
export function piecesOf(
  code: string,
  parser: CodeParser | null,
  highlighter: Highlighter,
): Piece[] {
  if (parser === null || code.length > MOST_COLOURED) return [{ from: 0, text: code, classes: "" }];
  const pieces: Piece[] = [];
  let done = 0;
  function add(to: number, classes: string): void {
    if (to > done) pieces.push({ from: done, text: code.slice(done, to), classes });
    done = Math.max(done, to);
  }
  highlightTree(parser.parse(code), highlighter, (from, to, classes) => {
    add(from, "");
    add(to, classes);
  });
  add(code.length, "");
  return pieces;
}
