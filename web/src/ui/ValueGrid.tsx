// biome-ignore-all lint/a11y/useSemanticElements: rows that are placed one by one cannot be a table
import {
  type KeyboardEvent,
  memo,
  useCallback,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
} from "react";
import { texts } from "@/texts";
import { RowDetails } from "./RowDetails";
import classes from "./ValueGrid.module.css";
import { cellText, isNumeric, type ValueColumn, widthsOf } from "./values";
import { heightOf, placeOf, scrollFor } from "./window";

const ROW_PIXELS = 29;
const HEAD_PIXELS = 44;
const OVERSCAN = 6;
const ROWS_FOR_WIDTHS = 60;
const DIGIT_PIXELS = 9;

type Row = readonly unknown[];

interface ValueGridProps {
  /** What the rows are of, for people who cannot see it. */
  label: string;
  columns: readonly ValueColumn[];
  count: number;
  /** The row at a place, undefined while it is on its way. */
  rowAt: (place: number) => Row | undefined;
  /** Told of the rows that are in sight, so that they can be fetched. */
  onSight?: (first: number, last: number) => void;
  maxHeight?: number;
}

/**
 * Rows of values with the columns of a table or an answer, up to millions: only those in sight are
 * drawn. Arrow keys go from row to row; Enter or a click shows a row in full.
 */
export function ValueGrid(props: ValueGridProps) {
  const { label, columns, count, rowAt, onSight, maxHeight = 560 } = props;
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const [scroll, setScroll] = useState(0);
  const [current, setCurrent] = useState(0);
  const [opened, setOpened] = useState<number>();
  const height = heightOf(count, ROW_PIXELS);
  const viewPixels = Math.min(maxHeight - HEAD_PIXELS, height);
  const view = { rowPixels: ROW_PIXELS, viewPixels };
  const place = placeOf(scroll, count, view);
  const first = Math.max(0, Math.floor(place) - OVERSCAN);
  const last = Math.min(count, Math.ceil(place + viewPixels / ROW_PIXELS) + OVERSCAN);
  const layout = useLayout(columns, count, rowAt);
  useEffect(() => onSight?.(first, last), [onSight, first, last]);

  const open = useCallback((at: number) => {
    setCurrent(at);
    setOpened(at);
  }, []);

  function go(to: number) {
    const next = Math.max(0, Math.min(count - 1, to));
    setCurrent(next);
    const from = Math.ceil(place);
    const fitting = Math.floor(viewPixels / ROW_PIXELS) - 1;
    const top = next < from ? next : next > from + fitting ? next - fitting : undefined;
    if (top !== undefined) box.current?.scrollTo({ top: scrollFor(top, count, view) });
  }

  function onKeyDown(event: KeyboardEvent) {
    const page = Math.max(1, Math.floor(viewPixels / ROW_PIXELS) - 1);
    const moves: Record<string, number> = {
      ArrowDown: current + 1,
      ArrowUp: current - 1,
      PageDown: current + page,
      PageUp: current - page,
      Home: 0,
      End: count - 1,
    };
    const to = moves[event.key];
    if (to !== undefined) go(to);
    else if (event.key === "Enter") setOpened(current);
    else return;
    event.preventDefault();
  }

  const shown = Array.from({ length: Math.max(0, last - first) }, (_, n) => first + n);
  const openedRow = opened === undefined ? undefined : rowAt(opened);
  return (
    <>
      <div
        ref={box}
        className={classes.box}
        style={{ maxHeight }}
        role="grid"
        tabIndex={0}
        aria-label={label}
        aria-rowcount={count + 1}
        aria-colcount={columns.length + 1}
        aria-activedescendant={count > 0 ? `${id}-${current}` : undefined}
        onScroll={(event) => setScroll(event.currentTarget.scrollTop)}
        onKeyDown={onKeyDown}
      >
        <Head columns={columns} layout={layout} />
        <div role="rowgroup" className={classes.body} style={{ height, width: layout.width }}>
          {shown.map((at) => (
            <Line
              key={at}
              id={`${id}-${at}`}
              at={at}
              row={rowAt(at)}
              columns={columns}
              template={layout.template}
              top={scroll + (at - place) * ROW_PIXELS}
              isCurrent={at === current}
              onOpen={open}
            />
          ))}
        </div>
      </div>
      {opened !== undefined && openedRow && (
        <RowDetails
          place={opened}
          row={openedRow}
          columns={columns}
          onClose={() => setOpened(undefined)}
        />
      )}
    </>
  );
}

interface Layout {
  template: string;
  width: number;
}

/** Widths, settled once the first rows are there. */
function useLayout(
  columns: readonly ValueColumn[],
  count: number,
  rowAt: (place: number) => Row | undefined,
): Layout {
  const hasRows = count === 0 || rowAt(0) !== undefined;
  const latest = useRef(rowAt);
  latest.current = rowAt;
  return useMemo(() => {
    const known = hasRows
      ? Array.from(
          { length: Math.min(count, ROWS_FOR_WIDTHS) },
          (_, at) => latest.current(at) ?? [],
        )
      : [];
    const numbers = 28 + String(count).length * DIGIT_PIXELS;
    const widths = [numbers, ...widthsOf(columns, known)];
    return {
      template: widths.map((pixels) => `${pixels}px`).join(" "),
      width: widths.reduce((sum, pixels) => sum + pixels, 0),
    };
  }, [columns, count, hasRows]);
}

function Head({ columns, layout }: { columns: readonly ValueColumn[]; layout: Layout }) {
  return (
    <div role="rowgroup" className={classes.head} style={{ width: layout.width }}>
      <div
        role="row"
        aria-rowindex={1}
        className={classes.line}
        style={{ gridTemplateColumns: layout.template }}
        tabIndex={-1}
      >
        <span role="columnheader" tabIndex={-1} className={classes.number}>
          <span aria-hidden>#</span>
          <span className={classes.unseen}>{texts.grid.number}</span>
        </span>
        {columns.map((column, at) => (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: an answer may have columns of one name
            key={at}
            role="columnheader"
            tabIndex={-1}
            className={classes.title}
            data-numeric={isNumeric(column.type)}
            title={`${column.name} ${column.type}`}
          >
            <span className={classes.cut}>{column.name}</span>
            <span className={classes.type}>{column.type.toLowerCase()}</span>
          </span>
        ))}
      </div>
    </div>
  );
}

interface LineProps {
  id: string;
  at: number;
  row: Row | undefined;
  columns: readonly ValueColumn[];
  template: string;
  top: number;
  isCurrent: boolean;
  onOpen: (at: number) => void;
}

const Line = memo(function Line(props: LineProps) {
  const { id, at, row, columns, template, top, isCurrent, onOpen } = props;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid has the keys
    <div
      id={id}
      role="row"
      tabIndex={-1}
      aria-rowindex={at + 2}
      aria-selected={isCurrent}
      className={`${classes.line} ${classes.placed}`}
      style={{ gridTemplateColumns: template, transform: `translateY(${top}px)` }}
      onClick={() => onOpen(at)}
    >
      <span role="rowheader" tabIndex={-1} className={classes.number}>
        {texts.shared.number(at + 1)}
      </span>
      {columns.map((column, place) => {
        const value = row?.[place];
        const isNothing = row !== undefined && (value === null || value === undefined);
        return (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: an answer may have columns of one name
            key={place}
            role="gridcell"
            tabIndex={-1}
            className={classes.cell}
            data-numeric={isNumeric(column.type)}
            data-nothing={isNothing}
          >
            {row === undefined ? "…" : cellText(value)}
          </span>
        );
      })}
    </div>
  );
});
