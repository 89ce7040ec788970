import { Alert, Button, Code, Group, List, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { useSession } from "@/api/session";
import { texts } from "@/texts";
import { Failed } from "@/ui/Answer";
import { CodeEditor } from "@/ui/CodeEditor";
import { countOf } from "@/ui/numbers";
import { type Admission, useSend } from "./questions";

const said = texts.ingest;

interface TryRecordProps {
  /** The source it goes to; without one people name it. */
  source?: string;
  /** What stands in the editor at first. */
  example: unknown;
}

/** Sends a record to the door and shows what it answers. */
export function TryRecord({ source, example }: TryRecordProps) {
  const [named, setNamed] = useState("sensors");
  const [text, setText] = useState(() => JSON.stringify(example, null, 2));
  const send = useSend();
  const mayWrite = useSession().data?.actions.includes("write") ?? true;
  const to = source ?? named.trim();
  const isJson = parses(text);
  const submit = () => {
    if (isJson && to !== "" && mayWrite) send.mutate({ source: to, text });
  };
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {said.tryHint}
      </Text>
      {source === undefined && (
        <TextInput
          label={said.trySource}
          description={said.trySourceHint}
          value={named}
          onChange={(event) => setNamed(event.currentTarget.value)}
        />
      )}
      <CodeEditor
        label={said.tryRecord}
        value={text}
        onChange={setText}
        language="json"
        onRun={submit}
        minHeight={120}
      />
      <Group gap="sm">
        <Button onClick={submit} loading={send.isPending} disabled={!isJson || !mayWrite || !to}>
          {said.trySend}
        </Button>
        {!isJson && (
          <Text size="sm" c="var(--hw-bad)" role="status">
            {said.notJson}
          </Text>
        )}
        {!mayWrite && <Text size="sm">{said.mayNotWrite}</Text>}
      </Group>
      {send.isError && <Failed error={send.error} />}
      {send.data && <Told admission={send.data} />}
    </Stack>
  );
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function Told({ admission }: { admission: Admission }) {
  const { accepted, rejected, ids, errors } = admission;
  const known = ids.filter((id) => id !== null);
  return (
    <Alert
      role="status"
      color={rejected > 0 ? "var(--hw-warn)" : "var(--hw-good)"}
      title={accepted > 0 || rejected === 0 ? said.trySent(accepted) : said.tryRejected(rejected)}
    >
      {accepted > 0 && rejected > 0 && <Text size="sm">{said.tryRejected(rejected)}</Text>}
      {known.length > 0 && (
        <Text size="sm">
          {said.tryIds}: <Code>{known.slice(0, 10).join(", ")}</Code>{" "}
          {known.length > 10 && `… ${countOf(known.length)}`}
        </Text>
      )}
      {errors.length > 0 && (
        <List size="sm" aria-label={said.tryErrors}>
          {errors.slice(0, 50).map((error) => (
            <List.Item key={`${error.index} ${error.path}`}>
              <strong>{said.tryAt(error.index, error.path)}</strong>: {error.reason}
            </List.Item>
          ))}
        </List>
      )}
    </Alert>
  );
}
