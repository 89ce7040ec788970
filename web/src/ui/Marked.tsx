import classes from "./Marked.module.css";
import { partsOf } from "./markedParts";
import { wrapping } from "./Name";

interface MarkedProps {
  text: string;
  spans: readonly (readonly number[])[];
  /** Whether it is a name, which ends a line between its words. */
  isName?: boolean;
}

/** A text in which what was sought is marked; `spans` are of characters. */
export function Marked({ text, spans, isName = false }: MarkedProps) {
  let from = 0;
  return partsOf(text, spans).map((part) => {
    const key = from;
    from += part.text.length;
    const said = isName ? wrapping(part.text) : part.text;
    return part.isMarked ? (
      <mark key={key} className={classes.mark}>
        {said}
      </mark>
    ) : (
      <span key={key}>{said}</span>
    );
  });
}
