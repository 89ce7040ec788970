import { classHighlighter } from "@lezer/highlight";
import { useMemo } from "react";
import "./colours.css";
import { parserOf } from "./dialect";
import type { Language } from "./languages";
import { piecesOf } from "./pieces";

/** A text in the colours of its language. */
export function Coloured({ code, language }: { code: string; language: Language }) {
  const pieces = useMemo(
    () => piecesOf(code, parserOf(language), classHighlighter),
    [code, language],
  );
  return pieces.map((piece) =>
    piece.classes ? (
      <span key={piece.from} className={piece.classes}>
        {piece.text}
      </span>
    ) : (
      piece.text
    ),
  );
}
