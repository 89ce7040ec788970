import { Button, CloseButton, Group, Text, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { texts } from "@/texts";
import { Failed } from "@/ui/Answer";
import { type Said, useSay } from "./questions";
import classes from "./tables.module.css";

const said = texts.tables;

interface WordsProps {
  kind: "tag" | "owner";
  namespace: string;
  name: string;
  said: readonly Said[];
  isOpen: boolean;
}

/** The tags or owners of a dataset, to add to and to take away. */
export function Words({ kind, namespace, name, said: words, isOpen }: WordsProps) {
  const [typed, setTyped] = useState("");
  const say = useSay(namespace, name);
  const label = kind === "tag" ? said.addTag : said.addOwner;

  function add(event: FormEvent) {
    event.preventDefault();
    const value = typed.trim();
    if (value) say.mutate({ kind, value }, { onSuccess: () => setTyped("") });
  }

  return (
    <>
      <Group gap={6} mb={words.length > 0 ? 6 : 0}>
        {words.map((word) => (
          <span key={word.value} className={classes.tag} title={said.saidBy(word.source, word.by)}>
            {word.value}
            {word.type && (
              <Text span size="xs" c="dimmed">
                {word.type}
              </Text>
            )}
            {isOpen && (
              <CloseButton
                size={24}
                iconSize={12}
                aria-label={said.remove(word.value)}
                onClick={() => say.mutate({ kind, value: word.value, isGone: true })}
              />
            )}
          </span>
        ))}
      </Group>
      {isOpen && (
        <form onSubmit={add}>
          <Group gap={6} wrap="nowrap">
            <TextInput
              size="xs"
              aria-label={label}
              placeholder={label}
              value={typed}
              maxLength={200}
              onChange={(event) => setTyped(event.currentTarget.value)}
              style={{ flex: 1 }}
            />
            <Button size="xs" type="submit" variant="default" disabled={!typed.trim()}>
              {said.add}
            </Button>
          </Group>
        </form>
      )}
      {say.isError && <Failed error={say.error} />}
    </>
  );
}
