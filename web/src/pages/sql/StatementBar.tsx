import { Button, Group, Text, TextInput, Tooltip } from "@mantine/core";
import { IconDownload, IconLink, IconPlayerPlay, IconPlayerStop } from "@tabler/icons-react";
import { useState } from "react";
import { texts } from "@/texts";
import { copyText } from "@/ui/copy";
import { countOf, sizeOf } from "@/ui/numbers";
import { spanOf } from "@/ui/time";
import { useNow } from "@/ui/useNow";
import { MOST_SHARED } from "./address";
import type { AnswerState } from "./answer/useAnswer";
import { type Download, useDownload } from "./download";
import type { SqlCatalogue } from "./questions";

const said = texts.sql;

interface StatementBarProps {
  state: AnswerState;
  draft: string;
  asOf: string;
  onAsOf: (asOf: string) => void;
  limits: SqlCatalogue["limits"] | undefined;
  run: () => void;
  cancel: () => void;
}

/** What is done with the statement: run, cancel, share, download. */
export function StatementBar(props: StatementBarProps) {
  const { state, draft, asOf, onAsOf, limits, run, cancel } = props;
  const isRunning = state.kind === "running";
  const now = useNow(isRunning);
  const ran = "statement" in state ? state.statement : undefined;
  const isEdited = ran !== undefined && ran !== draft.trim();
  const download = useDownload();
  return (
    <>
      <Group gap="xs" mt="xs" align="center">
        {isRunning ? (
          <Button
            color="var(--hw-bad)"
            variant="outline"
            leftSection={<IconPlayerStop size={16} />}
            onClick={cancel}
          >
            {said.cancel}
          </Button>
        ) : (
          <Tooltip label={said.runHint}>
            <Button
              leftSection={<IconPlayerPlay size={16} />}
              onClick={run}
              disabled={draft.trim() === ""}
            >
              {said.run}
            </Button>
          </Tooltip>
        )}
        <TextInput
          aria-label={said.asOf}
          title={said.asOf}
          leftSection={
            <Text span size="xs" c="dimmed">
              {said.asOf}
            </Text>
          }
          leftSectionWidth={50}
          placeholder={said.asOfHint}
          value={asOf}
          w={260}
          onChange={(event) => onAsOf(event.currentTarget.value)}
        />
        <Share isShown={ran !== undefined && ran.length <= MOST_SHARED} />
        <Button
          variant="default"
          leftSection={<IconDownload size={16} />}
          disabled={state.kind !== "answered"}
          loading={download.isMaking}
          aria-label={texts.shared.downloadCsv}
          onClick={() => ran !== undefined && void download.make(ran, asOf.trim())}
        >
          {said.download}
        </Button>
        <Text size="sm" c="dimmed" role="status">
          {isRunning
            ? said.running(spanOf(Math.max(0, Math.round((now - state.since) / 1000))))
            : isEdited
              ? said.unsaved
              : ""}
        </Text>
      </Group>
      <Notes ran={ran} download={download} limits={limits} />
    </>
  );
}

interface NotesProps {
  ran: string | undefined;
  download: Download;
  limits: SqlCatalogue["limits"] | undefined;
}

function Notes({ ran, download, limits }: NotesProps) {
  const notes = [
    ran !== undefined && ran.length > MOST_SHARED && said.tooLong,
    download.said,
    ran === undefined &&
      limits &&
      said.limits(
        countOf(limits.max_rows),
        spanOf(limits.timeout_seconds),
        sizeOf(limits.max_scan_bytes),
      ),
  ].filter((note) => typeof note === "string");
  return notes.map((note) => (
    <Text key={note} size="xs" c="dimmed" mt={4}>
      {note}
    </Text>
  ));
}

/** Copies the address of the page, which runs the statement wherever it is opened. */
function Share({ isShown }: { isShown: boolean }) {
  const [isDone, setDone] = useState(false);
  if (!isShown) return null;
  return (
    <Button
      variant="default"
      leftSection={<IconLink size={16} />}
      onClick={() => void copyText(window.location.href).then(setDone)}
      onBlur={() => setDone(false)}
    >
      {isDone ? said.shared : said.share}
    </Button>
  );
}
