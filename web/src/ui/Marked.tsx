import classes from "./Marked.module.css";
import { partsOf } from "./markedParts";

/** A text in which what was sought is marked; `spans` are of characters. */
export function Marked({ text, spans }: { text: string; spans: readonly (readonly number[])[] }) {
  let from = 0;
  return partsOf(text, spans).map((part) => {
    const key = from;
    from += part.text.length;
    return part.isMarked ? (
      <mark key={key} className={classes.mark}>
        {part.text}
      </mark>
    ) : (
      <span key={key}>{part.text}</span>
    );
  });
}
