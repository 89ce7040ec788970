import { ActionIcon } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { texts } from "@/texts";
import { copyText } from "./copy";
import { Tip } from "./Tip";

const SHOWN_MILLISECONDS = 1_500;

interface CopyButtonProps {
  /** What is copied, or how to make it when it is asked for. */
  text: string | (() => string);
  /** What the button is called where "Copy" alone would not say of what. */
  label?: string;
  /** Left out of the way of the Tab key, where a key does the same. */
  isAside?: boolean;
}

/** A small button that copies a text: an id, a statement, a value. */
export function CopyButton({ text, label = texts.shared.copy, isAside }: CopyButtonProps) {
  const [isDone, setDone] = useState(false);
  useEffect(() => {
    if (!isDone) return;
    const end = setTimeout(() => setDone(false), SHOWN_MILLISECONDS);
    return () => clearTimeout(end);
  }, [isDone]);
  const copy = async () => setDone(await copyText(typeof text === "string" ? text : text()));
  return (
    <Tip label={isDone ? texts.shared.copied : label}>
      <ActionIcon
        size="sm"
        variant="subtle"
        color="var(--hw-text-soft)"
        aria-label={label}
        tabIndex={isAside ? -1 : undefined}
        onClick={(event) => {
          event.stopPropagation();
          void copy();
        }}
      >
        {isDone ? <IconCheck size={14} /> : <IconCopy size={14} />}
      </ActionIcon>
    </Tip>
  );
}
