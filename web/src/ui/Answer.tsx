import { Alert, Button, Code, Group, Skeleton, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconClockPause, IconPlugConnectedX } from "@tabler/icons-react";
import type { UseQueryResult } from "@tanstack/react-query";
import { type ReactNode, useDeferredValue } from "react";
import { Problem } from "@/api/problem";
import { texts } from "@/texts";
import { spanSince } from "./time";

interface AnswerProps<Data> {
  question: UseQueryResult<Data, Error>;
  /** Whether there is nothing to show, and what to say and offer then. */
  empty?: { when: (data: Data) => boolean; show: ReactNode };
  /** Why the answer is not whole, if it is not. */
  partial?: (data: Data) => string | null | undefined;
  /** What stands there while the first answer is on its way. */
  loading?: ReactNode;
  children: (data: Data) => ReactNode;
}

/** A view in all its states: loading, failed, stale, empty, partial, or there. */
export function Answer<Data>({ question, empty, partial, loading, children }: AnswerProps<Data>) {
  const { error, refetch } = question;
  // Drawn in short steps, between which the page answers to people; else a long list or a large
  // trace would be one long one.
  const data = useDeferredValue(question.data);
  const retry = () => void refetch();
  const isOnTheWay = question.isPending || (data === undefined && question.data !== undefined);
  if (isOnTheWay) return loading ?? <Waiting />;
  if (data === undefined) return <Failed error={error} retry={retry} />;
  const reason = partial?.(data);
  return (
    <Stack gap="sm">
      {error && <Stale since={question.dataUpdatedAt} retry={retry} />}
      {reason && (
        <Alert color="var(--hw-warn)" icon={<IconAlertTriangle />} title={texts.shared.partial}>
          {reason}
        </Alert>
      )}
      {empty?.when(data) ? empty.show : children(data)}
    </Stack>
  );
}

function Waiting() {
  return (
    <Stack gap="xs" aria-busy aria-label={texts.shared.loading} role="status">
      <Skeleton height={18} width="40%" />
      <Skeleton height={18} />
      <Skeleton height={18} width="80%" />
    </Stack>
  );
}

/** What failed, what to do about it, and a way to try again. */
export function Failed({ error, retry }: { error: Error | null; retry?: () => void }) {
  const said = texts.shared;
  const problem = error instanceof Problem ? error : undefined;
  const title = problem?.isOffline
    ? said.offline
    : problem?.status === 403
      ? said.notAllowed
      : said.failed;
  return (
    <Alert role="alert" color="var(--hw-bad)" icon={<IconPlugConnectedX />} title={title}>
      <Text size="sm">{problem?.isOffline ? said.offlineHint : error?.message}</Text>
      {problem?.hint && <Text size="sm">{problem.hint}</Text>}
      {problem?.path && <Code>{problem.path}</Code>}
      {retry && (
        <Button mt="sm" size="xs" variant="default" onClick={retry}>
          {said.retry}
        </Button>
      )}
    </Alert>
  );
}

function Stale({ since, retry }: { since: number; retry: () => void }) {
  return (
    <Alert role="status" color="var(--hw-warn)" icon={<IconClockPause />} py="xs">
      <Group justify="space-between">
        <Text size="sm">{texts.shared.stale(spanSince(since))}</Text>
        <Button size="xs" variant="default" onClick={retry}>
          {texts.shared.retry}
        </Button>
      </Group>
    </Alert>
  );
}
