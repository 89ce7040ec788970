import { Alert, Button, Code, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { Problem } from "@/api/problem";
import { useSession } from "@/api/session";
import { texts } from "@/texts";
import { Answer, Failed } from "@/ui/Answer";
import { CodeEditor } from "@/ui/CodeEditor";
import { prettyJson } from "@/ui/jsonText";
import { useReveal } from "@/ui/useReveal";
import { Findings } from "./EventBody";
import {
  type RefusedDetail,
  useRefusedEvent,
  useRemoveRefused,
  useReplayRefused,
} from "./questions";

const said = texts.events;

/** One refused event: what is wrong, and its body to fix and replay. */
export function RefusedPanel({ name }: { name: string }) {
  const event = useRefusedEvent(name);
  return <Answer question={event}>{(found) => <Fix event={found} />}</Answer>;
}

function Fix({ event }: { event: RefusedDetail }) {
  const [text, setText] = useState(() => prettyJson(event.body));
  const sight = useReveal<HTMLDivElement>();
  const replay = useReplayRefused();
  const remove = useRemoveRefused();
  const mayWrite = useSession().data?.actions.includes("write") ?? true;
  if (replay.isSuccess) {
    return (
      <Alert role="status" color="var(--hw-good)" title={said.accepted}>
        {replay.data.new ? said.acceptedNew : said.acceptedKnown}
      </Alert>
    );
  }
  if (remove.isSuccess) return <Alert role="status">{said.removed}</Alert>;
  return (
    <Stack gap="sm" ref={sight}>
      <Alert color="var(--hw-bad)" title={said.wrong}>
        {event.path && <Code>{event.path}</Code>} {event.reason}
      </Alert>
      {!event.whole && <Text size="sm">{said.cut}</Text>}
      <CodeEditor
        label={said.editor}
        value={text}
        onChange={setText}
        language="json"
        minHeight={180}
      />
      <Group gap="sm">
        <Button
          loading={replay.isPending}
          disabled={!mayWrite}
          onClick={() => replay.mutate({ key: event.key, body: text })}
        >
          {said.fixReplay}
        </Button>
        <Button
          variant="default"
          disabled={!mayWrite || !event.whole || replay.isPending}
          onClick={() => replay.mutate({ key: event.key })}
        >
          {said.replayAsIs}
        </Button>
        <Remove isBusy={remove.isPending} remove={() => remove.mutate(event.key)} />
      </Group>
      {!mayWrite && <Text size="sm">{said.mayNotWrite}</Text>}
      {replay.isError && <Refused error={replay.error} />}
      {remove.isError && <Failed error={remove.error} />}
      {event.findings.length > 0 && <Findings findings={event.findings} show={() => undefined} />}
    </Stack>
  );
}

function Remove({ isBusy, remove }: { isBusy: boolean; remove: () => void }) {
  const [isSure, setSure] = useState(false);
  const mayDelete = useSession().data?.actions.includes("admin") ?? true;
  if (!mayDelete) {
    return (
      <Text size="sm" c="dimmed">
        {said.removeHint}
      </Text>
    );
  }
  if (!isSure) {
    return (
      <Button variant="default" title={said.removeHint} onClick={() => setSure(true)}>
        {said.remove}
      </Button>
    );
  }
  return (
    <>
      <Button color="var(--hw-bad)" loading={isBusy} onClick={remove}>
        {said.removeSure}
      </Button>
      <Button variant="default" onClick={() => setSure(false)}>
        {said.keep}
      </Button>
    </>
  );
}

function Refused({ error }: { error: Error }) {
  if (!(error instanceof Problem) || error.isOffline) return <Failed error={error} />;
  return (
    <Alert role="alert" color="var(--hw-bad)" title={said.stillWrong}>
      {error.path && <Code>{error.path}</Code>} {error.message}
    </Alert>
  );
}
