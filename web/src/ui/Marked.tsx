import { Mark } from "@mantine/core";
import { partsOf } from "./markedParts";

/** A text in which what was sought is marked; `spans` are of characters. */
export function Marked({ text, spans }: { text: string; spans: readonly (readonly number[])[] }) {
  let from = 0;
  return partsOf(text, spans).map((part) => {
    const key = from;
    from += part.text.length;
    return part.isMarked ? <Mark key={key}>{part.text}</Mark> : <span key={key}>{part.text}</span>;
  });
}
