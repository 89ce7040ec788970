import { Text, UnstyledButton } from "@mantine/core";
import { useState } from "react";
import { texts } from "@/texts";

const LONG_LETTERS = 280;
const LINES = 3;

/** A text that may be long: its first lines, and all of it when it is asked for. */
export function LongText({ label, text }: { label: string; text: string }) {
  const [isWhole, setWhole] = useState(false);
  if (text.length <= LONG_LETTERS) return <>{text}</>;
  const words = isWhole ? texts.shared.showLess : texts.shared.showAll;
  return (
    <>
      <Text component="div" inherit {...(!isWhole && { lineClamp: LINES })}>
        {text}
      </Text>
      <UnstyledButton
        fz="sm"
        mih={24}
        c="var(--hw-accent)"
        aria-expanded={isWhole}
        aria-label={`${words}: ${label}`}
        onClick={() => setWhole(!isWhole)}
      >
        {words}
      </UnstyledButton>
    </>
  );
}
