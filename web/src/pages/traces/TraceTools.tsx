import { ActionIcon, Button, Checkbox, Group, Text, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import {
  IconAlertTriangle,
  IconArrowsHorizontal,
  IconChevronDown,
  IconChevronUp,
  IconSearch,
  IconZoomIn,
  IconZoomOut,
} from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import { isCause, nextRow, type TraceTree, zoomed } from "@/graph/trace";
import { texts } from "@/texts";
import type { Changes } from "@/ui/changes";
import { Tip } from "@/ui/Tip";
import type { TraceSearch } from "./address";
import type { Outline } from "./questions";

const said = texts.trace;
const DEBOUNCE_MILLISECONDS = 250;

interface ToolsProps {
  trace: Outline;
  tree: TraceTree;
  matches: ReadonlySet<number> | undefined;
  search: TraceSearch;
  selected: number | undefined;
  length: number;
  from: number;
  to: number;
  failed: number;
  isAsking: boolean;
  change: (changes: Changes<TraceSearch>) => void;
  select: (row: number | undefined) => void;
  zoom: (stretch: [number, number] | undefined) => void;
}

/** Finding, going from error to error, and what is lit and shown of a trace. */
export function TraceTools(props: ToolsProps) {
  const { trace, tree, search, selected, failed, change, select } = props;
  const goTo = (direction: 1 | -1, isWanted: (row: number) => boolean) => {
    const start = selected ?? (direction === 1 ? -1 : 0);
    const row = nextRow(start, direction, tree.span.length, isWanted);
    if (row !== undefined) select(row);
  };
  return (
    <Group gap="sm">
      <Finder
        {...props}
        goTo={(direction) => goTo(direction, (row) => props.matches?.has(row) === true)}
      />
      {failed > 0 && (
        <>
          <Button
            size="xs"
            variant="default"
            title={said.nextErrorHint}
            leftSection={<IconAlertTriangle size={14} color="var(--hw-bad)" />}
            onClick={() => goTo(1, (row) => isCause(trace.spans, tree, row))}
          >
            {said.nextError}
          </Button>
          <Checkbox
            size="xs"
            label={said.errorsFirst}
            checked={search.order === "errors"}
            onChange={(event) =>
              change({ order: event.currentTarget.checked ? "errors" : undefined })
            }
          />
        </>
      )}
      <Checkbox
        size="xs"
        label={said.criticalPath}
        checked={search.path === true}
        onChange={(event) => change({ path: event.currentTarget.checked || undefined })}
      />
      <ZoomButtons {...props} />
    </Group>
  );
}

function Finder(props: ToolsProps & { goTo: (direction: 1 | -1) => void }) {
  const { search, matches, isAsking, change, goTo } = props;
  const [typed, setTyped] = useState(search.words ?? "");
  const tell = useDebouncedCallback(
    (words: string) => change({ words: words.trim() || undefined }),
    DEBOUNCE_MILLISECONDS,
  );
  return (
    <Group gap={4} wrap="nowrap">
      <TextInput
        size="xs"
        w={230}
        aria-label={said.find}
        placeholder={said.findHint}
        leftSection={<IconSearch size={14} />}
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          tell(event.currentTarget.value);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") goTo(event.shiftKey ? -1 : 1);
        }}
      />
      {matches && (
        <>
          <Text size="xs" role="status" miw={56} c={isAsking ? "dimmed" : "var(--hw-text)"}>
            {said.found(matches.size)}
          </Text>
          <Tool label={said.previous} onClick={() => goTo(-1)}>
            <IconChevronUp size={16} />
          </Tool>
          <Tool label={said.next} onClick={() => goTo(1)}>
            <IconChevronDown size={16} />
          </Tool>
        </>
      )}
    </Group>
  );
}

function ZoomButtons({ tree, trace, selected, length, from, to, zoom }: ToolsProps) {
  const around =
    selected === undefined ? -1 : (trace.spans.offset_ms[tree.span[selected] ?? 0] ?? -1);
  const by = (how: "in" | "out") => () => zoom(zoomed(how, { from, to, length, around }));
  const isWhole = from <= 0 && to >= length;
  return (
    <Group gap={4}>
      <Tool label={said.zoomIn} onClick={by("in")}>
        <IconZoomIn size={16} />
      </Tool>
      <Tool label={said.zoomOut} onClick={by("out")} isOff={isWhole}>
        <IconZoomOut size={16} />
      </Tool>
      <Tool label={said.zoomAll} onClick={() => zoom(undefined)} isOff={isWhole}>
        <IconArrowsHorizontal size={16} />
      </Tool>
    </Group>
  );
}

interface ToolProps {
  label: string;
  onClick: () => void;
  isOff?: boolean;
  children: ReactNode;
}

function Tool({ label, onClick, isOff = false, children }: ToolProps) {
  return (
    <Tip label={label}>
      <ActionIcon variant="default" aria-label={label} disabled={isOff} onClick={onClick}>
        {children}
      </ActionIcon>
    </Tip>
  );
}
