import { UnstyledButton } from "@mantine/core";
import { Children, type ReactNode, useState } from "react";
import { texts } from "@/texts";
import classes from "./FoldedList.module.css";

const said = texts.shared;
const SHOWN = 8;

interface FoldedListProps {
  /** What the list is of, for people who cannot see where it stands. */
  label: string;
  /** The things, each with a key. */
  children: ReactNode;
}

/** Things a line each: the first of them, and all of a long list when they are asked for. */
export function FoldedList({ label, children }: FoldedListProps) {
  const [isWhole, setWhole] = useState(false);
  const all = Children.toArray(children);
  // One more line than fit takes no more room than the words that there is one.
  const isLong = all.length > SHOWN + 1;
  const shown = isLong && !isWhole ? all.slice(0, SHOWN) : all;
  const words = isWhole ? said.fewer : said.moreOf(all.length - SHOWN);
  return (
    <>
      <ul className={classes.list} aria-label={label}>
        {shown.map((one, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the children have keys of their own
          <li key={place}>{one}</li>
        ))}
      </ul>
      {isLong && (
        <UnstyledButton
          className={classes.more}
          aria-expanded={isWhole}
          aria-label={`${words}: ${label}`}
          onClick={() => setWhole(!isWhole)}
        >
          {words}
        </UnstyledButton>
      )}
    </>
  );
}
