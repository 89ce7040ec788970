import { Button, Checkbox, NativeSelect, Popover, SegmentedControl, Stack } from "@mantine/core";
import { IconLayersSubtract, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { type Layer, layers } from "@/graph/card";
import { texts } from "@/texts";
import { type LineageSearch, MOST_DEPTH } from "./address";
import classes from "./LineagePage.module.css";
import type { Change, Moves } from "./moves";
import { type Drawing, inOrder } from "./useDrawing";

const said = texts.lineage;
const DEPTHS = [1, 2, 3, 5, 10, MOST_DEPTH];
const DAY = 86_400_000;

interface ToolbarProps {
  drawing: Drawing;
  moves: Moves;
}

/** What is asked and what is drawn; everything takes effect at once. */
export function Toolbar({ drawing, moves }: ToolbarProps) {
  const { search, change } = moves;
  const isFar = search.mode === "impact" || search.mode === "cause";
  return (
    <div className={classes.bar}>
      {search.node && (
        <SegmentedControl
          size="xs"
          className={classes.modes ?? ""}
          aria-label={said.modes}
          value={search.mode ?? "explore"}
          data={[
            { value: "explore", label: said.explore },
            { value: "impact", label: said.impact },
            { value: "cause", label: said.cause },
            { value: "changes", label: said.changes },
          ]}
          onChange={(mode) => change(modeChange(mode, search))}
        />
      )}
      {search.node && !isFar && <Around moves={moves} />}
      <Choice
        label={said.show}
        value={search.show ?? "all"}
        choices={{ all: said.showAll, tables: said.showTables, jobs: said.showJobs }}
        choose={(show) => change({ show: show === "all" ? undefined : show })}
      />
      <Choice
        label={said.group}
        value={search.group ?? "none"}
        choices={said.groups}
        choose={(group) => change({ group: group === "none" ? undefined : group })}
      />
      <Layers drawing={drawing} moves={moves} />
      <Lit drawing={drawing} moves={moves} />
    </div>
  );
}

/** What changes in the address with the question. */
export function modeChange(mode: string, search: LineageSearch): Change {
  const isChanges = mode === "changes";
  return {
    mode: mode === "explore" ? undefined : (mode as NonNullable<LineageSearch["mode"]>),
    path: undefined,
    column: mode === "impact" ? search.column : undefined,
    since: isChanges ? (search.since ?? new Date(Date.now() - DAY).toISOString()) : undefined,
    ...((mode === "impact" || mode === "cause") && {
      group: undefined,
      selected: undefined,
      at: undefined,
    }),
  };
}

function Around({ moves: { search, change } }: { moves: Moves }) {
  return (
    <>
      <Choice
        label={said.direction}
        value={search.direction ?? "both"}
        choices={{ both: said.both, up: said.up, down: said.down }}
        choose={(direction) =>
          change({ direction: direction === "both" ? undefined : direction, open: undefined })
        }
      />
      <Choice
        label={said.depth}
        value={String(search.depth ?? 1)}
        choices={Object.fromEntries(DEPTHS.map((depth) => [depth, said.depthOf(depth)]))}
        choose={(depth) => change({ depth: depth === "1" ? undefined : Number(depth) })}
      />
    </>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  choices: Readonly<Record<string, string>>;
  choose: (value: string) => void;
}

function Choice({ label, value, choices, choose }: ChoiceProps) {
  return (
    <NativeSelect
      size="xs"
      aria-label={label}
      value={value}
      data={Object.entries(choices).map(([one, text]) => ({ value: one, label: text }))}
      onChange={(event) => choose(event.currentTarget.value)}
    />
  );
}

function Layers({ drawing, moves }: ToolbarProps) {
  const chosen = inOrder(drawing.chosen);
  const [isOpen, setOpen] = useState(false);
  const toggle = (layer: Layer) => {
    const next = layers.filter((one) => chosen.includes(one) !== (one === layer));
    moves.change({ layers: next }, true);
  };
  return (
    <Popover position="bottom-start" trapFocus opened={isOpen} onChange={setOpen}>
      <Popover.Target>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconLayersSubtract size={15} />}
          onClick={() => setOpen(!isOpen)}
        >
          {said.layersTitle}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap={8} role="group" aria-label={said.layersTitle}>
          {layers.map((layer) => (
            <Checkbox
              key={layer}
              size="xs"
              label={said.layers[layer]}
              checked={chosen.includes(layer)}
              onChange={() => toggle(layer)}
            />
          ))}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

function Lit({ drawing, moves: { search, change } }: ToolbarProps) {
  const named = (id: string | undefined) =>
    drawing.graph?.nodes.find((node) => node.id === id)?.name;
  const table = search.column
    ?.split(":")
    .slice(0, -1)
    .join(":")
    .replace("datasetField:", "dataset:");
  const text = search.path
    ? said.pathLit(named(search.path) ?? "")
    : search.column && search.mode !== "impact"
      ? said.columnLit(lastPart(search.column), named(table) ?? "")
      : null;
  if (!text) return null;
  return (
    <Button
      size="compact-xs"
      variant="default"
      rightSection={<IconX size={12} aria-hidden />}
      aria-label={`${said.clear}: ${text}`}
      onClick={() => change({ path: undefined, column: undefined })}
    >
      {text}
    </Button>
  );
}

function lastPart(id: string): string {
  return decodeURIComponent(id.slice(id.lastIndexOf(":") + 1));
}
