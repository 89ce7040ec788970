import { CloseButton, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { texts } from "@/texts";

const PAUSE_MILLISECONDS = 250;

interface WordsInputProps {
  label: string;
  placeholder?: string;
  /** What the address of the page says. */
  value: string;
  size?: "xs" | "sm";
  /** Called when typing pauses. */
  onWords: (words: string) => void;
}

/** Words to filter by, told once typing pauses, so that each letter is not a question. */
export function WordsInput({ label, placeholder, value, size = "sm", onWords }: WordsInputProps) {
  const [typed, setTyped] = useState(value);
  const told = useRef(value);
  const tell = useRef(onWords);
  tell.current = onWords;
  useEffect(() => {
    if (value === told.current) return;
    told.current = value;
    setTyped(value);
  }, [value]);
  useEffect(() => {
    if (typed.trim() === told.current) return;
    const waiting = setTimeout(() => {
      told.current = typed.trim();
      tell.current(told.current);
    }, PAUSE_MILLISECONDS);
    return () => clearTimeout(waiting);
  }, [typed]);
  return (
    <TextInput
      type="search"
      size={size}
      label={label}
      placeholder={placeholder}
      value={typed}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={
        typed && (
          <CloseButton size="sm" aria-label={texts.shared.clear} onClick={() => setTyped("")} />
        )
      }
      onChange={(event) => setTyped(event.currentTarget.value)}
    />
  );
}
