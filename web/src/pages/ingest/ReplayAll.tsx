import { Button, Group, Text, Tooltip } from "@mantine/core";
import type { components } from "@/api/schema";
import { useSession } from "@/api/session";
import { texts } from "@/texts";
import type { QuarantineSearch } from "./address";
import { useReplayAll } from "./questions";

const said = texts.ingest;

interface ReplayAllProps {
  search: QuarantineSearch;
  found: components["schemas"]["QuarantineReasons"];
}

/** Sends all that wait, or all that wait for one reason, in again. */
export function ReplayAll({ search, found }: ReplayAllProps) {
  const { source, reason } = search;
  const replay = useReplayAll();
  const mayWrite = useSession().data?.actions.includes("write") ?? true;
  const chosen = found.reasons.find((one) => one.id === reason);
  const count = reason === undefined ? found.waiting : (chosen?.records ?? 0);
  return (
    <Group gap="sm">
      <Text size="sm" role="status">
        {replay.data && said.replayed(replay.data.accepted, replay.data.rejected)}
        {replay.isError && replay.error.message}
        {!mayWrite && said.mayNotWrite}
      </Text>
      <Tooltip label={said.replayAllHint} multiline w={260}>
        <Button
          size="xs"
          variant="default"
          loading={replay.isPending}
          disabled={!mayWrite || count === 0}
          onClick={() => replay.mutate({ source, reason })}
        >
          {reason === undefined ? said.replayAll(count) : said.replayThese(count)}
        </Button>
      </Tooltip>
    </Group>
  );
}
