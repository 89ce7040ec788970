import { Button, Group, Text, Textarea, UnstyledButton } from "@mantine/core";
import { useState } from "react";
import { texts } from "@/texts";
import { Failed } from "@/ui/Answer";
import { type Said, useSay } from "./questions";

const said = texts.tables;

interface DescriptionProps {
  namespace: string;
  name: string;
  said: Said | null;
  isOpen: boolean;
}

/** The description that counts, to be written anew; emptied, what events say counts again. */
export function Description({ namespace, name, said: word, isOpen }: DescriptionProps) {
  const [draft, setDraft] = useState<string>();
  const say = useSay(namespace, name);
  if (draft === undefined) {
    return (
      <>
        <Text size="sm" {...(!word && { c: "dimmed" })} style={{ whiteSpace: "pre-wrap" }}>
          {word?.value ?? said.noDescription}
        </Text>
        <Group gap="xs" mt={4}>
          {word && (
            <Text size="xs" c="dimmed">
              {said.saidBy(word.source, word.by)}
            </Text>
          )}
          {isOpen && (
            <UnstyledButton
              fz="xs"
              c="var(--hw-accent)"
              aria-label={`${said.edit}: ${said.description}`}
              onClick={() => setDraft(word?.value ?? "")}
            >
              {said.edit}
            </UnstyledButton>
          )}
        </Group>
      </>
    );
  }
  const save = () =>
    say.mutate(
      { kind: "description", value: draft.trim() },
      { onSuccess: () => setDraft(undefined) },
    );
  return (
    <>
      <Textarea
        aria-label={said.description}
        value={draft}
        autosize
        minRows={2}
        maxRows={10}
        data-autofocus
        onChange={(event) => setDraft(event.currentTarget.value)}
      />
      <Group gap="xs" mt="xs">
        <Button size="xs" onClick={save} loading={say.isPending}>
          {said.save}
        </Button>
        <Button size="xs" variant="default" onClick={() => setDraft(undefined)}>
          {said.cancel}
        </Button>
      </Group>
      {say.isError && <Failed error={say.error} />}
    </>
  );
}
