import { Alert, Button, Code, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { Problem } from "@/api/problem";
import { useSession } from "@/api/session";
import { texts } from "@/texts";
import { Answer, Failed } from "@/ui/Answer";
import { CodeEditor } from "@/ui/CodeEditor";
import { prettyJson } from "@/ui/jsonText";
import { PageLink } from "@/ui/links";
import { Moment } from "@/ui/Moment";
import { useReveal } from "@/ui/useReveal";
import { type Quarantined, useQuarantined, useReplay } from "./questions";

const said = texts.ingest;

/** One record that waits: what is wrong with it, and its data to fix and replay. */
export function RecordPanel({ name }: { name: string }) {
  const record = useQuarantined(name);
  return <Answer question={record}>{(found) => <Fix record={found} />}</Answer>;
}

function Fix({ record }: { record: Quarantined }) {
  const [text, setText] = useState(() => prettyJson(record.data));
  const sight = useReveal<HTMLDivElement>();
  const replay = useReplay();
  const mayWrite = useSession().data?.actions.includes("write") ?? true;
  const isGone = record.replayed_at !== null;
  if (replay.isSuccess) {
    return (
      <Alert role="status" color="var(--hw-good)" title={said.accepted1}>
        {replay.data.id && said.acceptedAs(replay.data.id)}
      </Alert>
    );
  }
  return (
    <Stack gap="sm" ref={sight}>
      <Alert
        color={isGone ? "var(--hw-good)" : "var(--hw-warn)"}
        title={isGone ? said.gone : said.wrong}
      >
        {record.path && <Code>{record.path}</Code>} {record.reason}
      </Alert>
      <Group gap="md" fz="sm" c="dimmed">
        {record.source ? (
          <PageLink to="/ingest/source" search={{ name: record.source }} isName>
            {record.source}
          </PageLink>
        ) : (
          <span>{said.unknownSource}</span>
        )}
        <span>{said.stages[record.stage] ?? record.stage}</span>
        <Moment at={record.received_at} />
      </Group>
      <CodeEditor
        label={said.dataEditor}
        value={text}
        onChange={setText}
        language="json"
        isReadOnly={isGone}
        minHeight={140}
      />
      {!isGone && (
        <Group gap="sm">
          <Button
            loading={replay.isPending}
            disabled={!mayWrite}
            onClick={() => replay.mutate({ key: record.key, data: text })}
          >
            {said.fixReplay}
          </Button>
          <Button
            variant="default"
            disabled={!mayWrite || replay.isPending}
            onClick={() => replay.mutate({ key: record.key })}
          >
            {said.replayAsIs}
          </Button>
          {!mayWrite && <Text size="sm">{said.mayNotWrite}</Text>}
        </Group>
      )}
      {replay.isError && <Refused error={replay.error} />}
    </Stack>
  );
}

function Refused({ error }: { error: Error }) {
  if (!(error instanceof Problem) || error.status !== 422) return <Failed error={error} />;
  return (
    <Alert role="alert" color="var(--hw-bad)" title={said.stillWrong}>
      {error.message}
    </Alert>
  );
}
