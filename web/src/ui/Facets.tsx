import { Button, Group, Text } from "@mantine/core";
import { type KeyboardEvent, useMemo, useRef, useState } from "react";
import { texts } from "@/texts";
import { CopyButton } from "./CopyButton";
import { copyText } from "./copy";
import classes from "./Facets.module.css";
import { type FacetRow, firstPaths, pathAbove, rowsOf } from "./facets/rows";

const said = texts.facets;
const INDENT_REM = 1.1;

interface FacetsProps {
  /** What the tree is of, for people who cannot see it. */
  label: string;
  /** Facets by name, or any JSON. */
  facets: unknown;
  /** Whether what is at the top stands open at first. */
  isOpen?: boolean;
}

/**
 * JSON as a tree: facets of a run, a job or a dataset, attributes of a span, a raw event.
 *
 * Long values are cut until they are opened, long lists are shown in portions, every value can
 * be copied. One stop for the Tab key; arrow keys move and open, `c` copies.
 */
export function Facets({ label, facets, isOpen = false }: FacetsProps) {
  const [open, setOpen] = useState<ReadonlySet<string>>(
    () => new Set(isOpen ? firstPaths(facets) : []),
  );
  const [current, setCurrent] = useState("");
  const tree = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => rowsOf(facets, open), [facets, open]);
  if (rows.length === 0) return <Text c="dimmed">{said.empty}</Text>;
  const active = rows.some((row) => row.path === current) ? current : rows[0]?.path;

  const toggle = (row: FacetRow) => {
    if (!row.canOpen) return;
    setOpen((before) => {
      const after = new Set(before);
      if (!after.delete(row.path)) after.add(row.path);
      return after;
    });
  };
  const go = (path: string | undefined) => {
    if (path === undefined) return;
    setCurrent(path);
    tree.current?.querySelector<HTMLElement>(`[data-path="${CSS.escape(path)}"]`)?.focus();
  };
  const press = (event: KeyboardEvent<HTMLElement>) => {
    const at = rows.findIndex((row) => row.path === active);
    const row = rows[at];
    if (row === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = actionOf(event.key, { rows, at, row, toggle, go });
    if (act === undefined) return;
    event.preventDefault();
    act();
  };
  const areAllOpen = firstPaths(facets).every((path) => open.has(path));
  return (
    <div>
      <Group justify="flex-end" gap="xs" mb={4}>
        <Button
          size="compact-xs"
          variant="subtle"
          onClick={() => setOpen(new Set(areAllOpen ? [] : firstPaths(facets)))}
        >
          {areAllOpen ? said.closeAll : said.openAll}
        </Button>
        <CopyButton label={said.copyAll} text={() => JSON.stringify(facets, null, 2)} />
      </Group>
      <div
        ref={tree}
        role="tree"
        aria-label={label}
        title={said.keys}
        className={classes.tree}
        onKeyDown={press}
      >
        {rows.map((row) => (
          <Row
            key={row.path}
            row={row}
            isActive={row.path === active}
            toggle={() => {
              setCurrent(row.path);
              toggle(row);
            }}
          />
        ))}
      </div>
    </div>
  );
}

interface Situation {
  rows: readonly FacetRow[];
  at: number;
  row: FacetRow;
  toggle: (row: FacetRow) => void;
  go: (path: string | undefined) => void;
}

/** What a key does on a row of the tree, nothing for keys that are not ours. */
function actionOf(key: string, situation: Situation): (() => void) | undefined {
  const { rows, at, row, toggle, go } = situation;
  switch (key) {
    case "ArrowDown":
      return () => go(rows[at + 1]?.path);
    case "ArrowUp":
      return () => go(rows[at - 1]?.path);
    case "Home":
      return () => go(rows[0]?.path);
    case "End":
      return () => go(rows.at(-1)?.path);
    case "ArrowRight":
      return () => (row.canOpen && !row.isOpen ? toggle(row) : go(rows[at + 1]?.path));
    case "ArrowLeft":
      return () => (row.isOpen ? toggle(row) : go(pathAbove(row.path) || undefined));
    case "Enter":
    case " ":
      return () => toggle(row);
    case "c":
      return () => void copyText(textOf(row.value));
    default:
      return undefined;
  }
}

interface RowProps {
  row: FacetRow;
  isActive: boolean;
  toggle: () => void;
}

function Row({ row, isActive, toggle }: RowProps) {
  const isWhole = row.kind === "text" && row.isOpen;
  const isNested = row.kind === "object" || row.kind === "array";
  const shown = isWhole ? String(row.value) : isNested && row.isOpen ? "" : row.preview;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree hears the keys of its rows
    <div
      role="treeitem"
      tabIndex={isActive ? 0 : -1}
      data-path={row.path}
      aria-level={row.depth}
      aria-posinset={row.position}
      aria-setsize={row.siblings}
      aria-expanded={row.canOpen ? row.isOpen : undefined}
      aria-selected={isActive}
      className={`${classes.row} ${row.canOpen ? classes.opens : ""}`}
      style={{ paddingLeft: `${(row.depth - 1) * INDENT_REM + 0.25}rem` }}
      onClick={(event) => {
        if (!window.getSelection()?.toString()) toggle();
        event.currentTarget.focus();
      }}
    >
      <span className={classes.arrow} aria-hidden>
        {row.canOpen && row.kind !== "more" ? (row.isOpen ? "▾" : "▸") : ""}
      </span>
      {row.kind !== "more" && <span className={classes.name}>{row.name}</span>}
      <span
        className={`${classes.value} ${classes[row.kind] ?? ""} ${isWhole ? classes.whole : classes.cut}`}
      >
        {row.kind === "more" ? said.more(row.preview) : shown}
      </span>
      {row.kind !== "more" && (
        <span className={classes.copy}>
          <CopyButton isAside label={said.copyOne(row.name)} text={() => textOf(row.value)} />
        </span>
      )}
    </div>
  );
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}
