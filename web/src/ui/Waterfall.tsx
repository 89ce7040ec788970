import { VisuallyHidden } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type MouseEvent, useEffect, useMemo, useRef, useState } from "react";
import { marksOf } from "@/graph/services";
import {
  ERROR,
  isCause,
  nextRow,
  openRows,
  rowsAbove,
  type SpanColumns,
  type Stretch,
  type TraceTree,
  ticksOf,
  zoomed,
} from "@/graph/trace";
import { texts } from "@/texts";
import { gridRoles } from "./gridRoles";
import { spanOf } from "./time";
import classes from "./Waterfall.module.css";
import { WaterfallMinimap } from "./WaterfallMinimap";
import { type RowFacts, rowId, WaterfallRow } from "./WaterfallRow";
import { placeOf, waterfallKeys } from "./waterfallKeys";

const said = texts.waterfall;
const ROW_PIXELS = 26;
const HEAD_PIXELS = 28;
const TICKS = 5;
const KEYS = "waterfall-keys";

interface WaterfallProps {
  spans: SpanColumns;
  names: readonly string[];
  services: readonly string[];
  tree: TraceTree;
  path: readonly Stretch[];
  /** Milliseconds of the whole trace. */
  length: number;
  /** The time that is shown. */
  from: number;
  to: number;
  onZoom: (stretch: [number, number] | undefined) => void;
  /** The row whose span is shown beside, if one is. */
  selected: number | undefined;
  onSelect: (row: number | undefined) => void;
  /** The rows that were sought, if something was. */
  matches: ReadonlySet<number> | undefined;
  /** Whether what is not on the critical path stands back. */
  isLit: boolean;
  height: number;
}

/**
 * The spans of a trace as bars over time. One stop for the Tab key; of many rows only those in
 * sight are drawn.
 */
export function Waterfall(props: WaterfallProps) {
  const { spans, tree, length, from, to, onZoom, selected, onSelect, matches } = props;
  const viewport = useRef<HTMLDivElement>(null);
  const [closed, setClosed] = useState<ReadonlySet<number>>(new Set());
  const [active, setActive] = useState(selected ?? 0);
  const shown = useMemo(() => openRows(tree, closed), [tree, closed]);
  const facts = useRowFacts(props);
  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => viewport.current,
    estimateSize: () => ROW_PIXELS,
    overscan: 10,
    paddingStart: HEAD_PIXELS,
    scrollPaddingStart: HEAD_PIXELS,
  });

  const goTo = (row: number) => {
    const above = rowsAbove(tree, row).filter((one) => closed.has(one));
    const open = above.length ? new Set([...closed].filter((one) => !above.includes(one))) : closed;
    setClosed(open);
    setActive(row);
    virtual.scrollToIndex(placeOf(above.length ? openRows(tree, open) : shown, row));
    if (selected !== undefined) onSelect(row);
  };
  const toggle = (row: number) => {
    const after = new Set(closed);
    if (!after.delete(row)) after.add(row);
    setClosed(after);
  };
  const next = (what: "error" | "match", direction: 1 | -1) => {
    const row = nextRow(active, direction, tree.span.length, (one) =>
      what === "error" ? isCause(spans, tree, one) : matches?.has(one) === true,
    );
    if (row !== undefined) goTo(row);
  };
  const onKeyDown = waterfallKeys({
    tree,
    shown,
    closed,
    active,
    goTo,
    toggle,
    choose: onSelect,
    next,
    zoom: (how) => onZoom(zoomed(how, { from, to, length, around: facts(active).start })),
    leave: () => onSelect(undefined),
  });
  const onClick = (event: MouseEvent<HTMLElement>) => {
    const target = event.target as HTMLElement;
    const row = Number(target.closest<HTMLElement>("[data-row]")?.dataset.row ?? "-1");
    if (row < 0) return;
    setActive(row);
    if (target.closest("[data-toggle]")) toggle(row);
    else onSelect(row);
  };

  const wanted = useRef(goTo);
  wanted.current = goTo;
  useEffect(() => {
    if (selected !== undefined) wanted.current(selected);
  }, [selected]);

  const inSight = virtual.getVirtualItems();
  const isActiveInSight = inSight.some((item) => shown[item.index] === active);
  return (
    <div className={classes.frame}>
      <WaterfallMinimap {...{ spans, tree, length, from, to, onZoom }} services={props.services} />
      <VisuallyHidden id={KEYS}>{said.keys}</VisuallyHidden>
      <div
        ref={viewport}
        {...gridAttributes(tree.span.length, isActiveInSight ? active : undefined)}
        {...{ onKeyDown, onClick }}
        className={classes.grid}
        style={{ height: Math.min(props.height, HEAD_PIXELS + shown.length * ROW_PIXELS + 2) }}
      >
        <Head from={from} to={to} />
        <div
          {...gridRoles.group}
          className={classes.rows}
          style={{ height: virtual.getTotalSize() - HEAD_PIXELS }}
        >
          {inSight.map((item) => {
            const row = shown[item.index] ?? 0;
            return (
              <WaterfallRow
                key={row}
                facts={facts(row)}
                top={item.start - HEAD_PIXELS}
                from={from}
                to={to}
                isOpen={!closed.has(row)}
                isActive={row === active}
                isSelected={row === selected}
                isMatch={matches?.has(row)}
                isLit={props.isLit}
                hasServices={props.services.length > 1}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

function gridAttributes(rows: number, active: number | undefined) {
  return {
    ...gridRoles.grid,
    tabIndex: 0,
    "aria-label": said.label,
    "aria-describedby": KEYS,
    "aria-rowcount": rows + 1,
    "aria-colcount": 2,
    ...(active !== undefined && { "aria-activedescendant": rowId(active) }),
  };
}

const timeHeader = { ...gridRoles.header, "aria-label": said.time };

function Head({ from, to }: { from: number; to: number }) {
  return (
    <div {...gridRoles.group} className={classes.head}>
      <div {...gridRoles.row} style={{ display: "contents" }}>
        <div {...gridRoles.header} className={classes.headName}>
          {said.span}
        </div>
        <div {...timeHeader} className={classes.axis}>
          {ticksOf(from, to, TICKS).map((at) => (
            <span
              key={at}
              className={classes.tick}
              style={{ left: `${(100 * (at - from)) / (to - from)}%` }}
            >
              {at === 0 ? "0" : spanOf(at / 1000)}
            </span>
          ))}
        </div>
      </div>
    </div>
  );
}

/** What rows show, kept as long as the tree is the same, so that rows that stay are not drawn again. */
function useRowFacts(props: WaterfallProps) {
  const { spans, names, services, tree, path } = props;
  return useMemo(() => {
    const markOf = marksOf(services);
    const critical = new Map<number, Stretch[]>();
    for (const one of path) critical.set(one.row, [...(critical.get(one.row) ?? []), one]);
    const known = new Map<number, RowFacts>();
    return (row: number): RowFacts => {
      const found = known.get(row);
      if (found) return found;
      const span = tree.span[row] ?? 0;
      const serviceName = services[spans.service[span] ?? 0] ?? "";
      const hasFailed = spans.status[span] === ERROR;
      const facts = {
        row,
        id: spans.id[span] ?? "",
        name: names[spans.name[span] ?? 0] ?? "",
        serviceName,
        mark: markOf(serviceName),
        depth: tree.depth[row] ?? 0,
        start: spans.offset_ms[span] ?? 0,
        length: spans.duration_ms[span] ?? 0,
        hasFailed,
        failedBelow: (tree.errors[row] ?? 0) - Number(hasFailed),
        below: tree.below[row] ?? 0,
        critical: critical.get(row),
      };
      known.set(row, facts);
      return facts;
    };
  }, [spans, names, services, tree, path]);
}
