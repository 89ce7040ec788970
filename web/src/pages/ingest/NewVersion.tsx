import { Alert, Button, Group, List, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { Problem } from "@/api/problem";
import { useSession } from "@/api/session";
import { texts } from "@/texts";
import { Failed } from "@/ui/Answer";
import { CodeEditor } from "@/ui/CodeEditor";
import { type SchemaVersion, useRegister } from "./questions";
import { brokenBy } from "./refusal";

const said = texts.ingest;
const FIRST = { type: "object", properties: {} };

interface NewVersionProps {
  source: string;
  latest: SchemaVersion | undefined;
}

/** Registers a version of a schema; one that cannot follow is refused with what it breaks. */
export function NewVersion({ source, latest }: NewVersionProps) {
  const [text, setText] = useState(() => JSON.stringify(latest?.schema ?? FIRST, null, 2));
  const register = useRegister(source);
  const mayWrite = useSession().data?.actions.includes("write") ?? true;
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {said.newVersionHint}
      </Text>
      <CodeEditor
        label={said.editorLabel}
        value={text}
        onChange={setText}
        language="json"
        minHeight={180}
      />
      <Group gap="sm">
        <Button
          onClick={() => register.mutate(text)}
          loading={register.isPending}
          disabled={!mayWrite}
        >
          {said.register}
        </Button>
        {!mayWrite && <Text size="sm">{said.mayNotWrite}</Text>}
      </Group>
      {register.isError && <Refusal error={register.error} />}
      {register.data && (
        <Alert role="status" color="var(--hw-good)">
          {said.registered(register.data.version)}
        </Alert>
      )}
    </Stack>
  );
}

function Refusal({ error }: { error: Error }) {
  const broken = error instanceof Problem ? brokenBy(error) : null;
  if (broken === null) return <Failed error={error} />;
  return (
    <Alert role="alert" color="var(--hw-bad)" title={said.refused}>
      <Text size="sm" fw={600}>
        {said.refusedChanges}
      </Text>
      <List size="sm" aria-label={said.refusedChanges}>
        {broken.changes.map((one) => (
          <List.Item key={`${one.path} ${one.change}`}>
            <strong>{one.path}</strong> {one.change}
          </List.Item>
        ))}
      </List>
      {broken.downstream.length > 0 && (
        <>
          <Text size="sm" fw={600} mt="xs">
            {said.refusedDownstream}
          </Text>
          <List size="sm" aria-label={said.refusedDownstream}>
            {broken.downstream.map((name) => (
              <List.Item key={name}>{name}</List.Item>
            ))}
          </List>
        </>
      )}
      {error instanceof Problem && error.hint && (
        <Text size="sm" mt="xs">
          {error.hint}
        </Text>
      )}
    </Alert>
  );
}
