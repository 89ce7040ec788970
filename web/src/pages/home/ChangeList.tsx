import { Text, UnstyledButton } from "@mantine/core";
import { Children, type ReactNode, useState } from "react";
import { texts } from "@/texts";
import { countOf } from "@/ui/numbers";
import classes from "./ChangeList.module.css";

const SHOWN_INLINE = 8;

interface ChangeListProps {
  title: string;
  /** How many there are in all; what is not in the list is only counted. */
  count: number;
  /** How many are there at first. */
  shown?: number;
  /** Side by side instead of below each other. */
  isInline?: boolean;
  children: ReactNode;
}

/** Things of one kind that came or went, the first ones; not there when there are none. */
export function ChangeList(props: ChangeListProps) {
  const { title, count, shown = SHOWN_INLINE, isInline = false, children } = props;
  const [isWhole, setWhole] = useState(false);
  if (count === 0) return null;
  const all = Children.toArray(children);
  const some = isWhole ? all : all.slice(0, shown);
  const hidden = all.length - some.length;
  const beyond = count - all.length;
  return (
    <div>
      <Text fw={600} size="sm" component="h3" m={0}>
        {title} ({countOf(count)})
      </Text>
      <ul className={isInline ? classes.inline : classes.list}>
        {some.map((one, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the children have keys of their own
          <li key={place}>{one}</li>
        ))}
        {hidden > 0 ? (
          <li>
            <UnstyledButton
              className={classes.more}
              aria-label={`${texts.shared.moreOf(count - some.length)}: ${title}`}
              onClick={() => setWhole(true)}
            >
              {texts.shared.moreOf(count - some.length)}
            </UnstyledButton>
          </li>
        ) : (
          beyond > 0 && <li className={classes.beyond}>{texts.shared.moreOf(beyond)}</li>
        )}
      </ul>
    </div>
  );
}
