import { ActionIcon, Table, VisuallyHidden } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { type CSSProperties, useMemo, useState } from "react";
import { texts } from "@/texts";
import cells from "./cells.module.css";
import { RunLink } from "./links";
import { Moment } from "./Moment";
import { Note } from "./Note";
import { RunState } from "./RunState";
import { colourOf, millisecondsOf } from "./runs";
import { SideScroll } from "./SideScroll";
import classes from "./Timeline.module.css";
import { momentOf, spanOf } from "./time";
import {
  type Axis,
  axisOf,
  barOf,
  keyOf,
  rowsOf,
  type TimelineRow,
  type TimelineRun,
  ticksOf,
  tickWords,
} from "./timeline/rows";
import { useNow } from "./useNow";

const said = texts.timeline;
const INDENT_REM = 1.2;
const LAST_TICK_PERCENT = 86;

interface TimelineProps {
  /** What runs these are, for people who cannot see them. */
  caption: string;
  runs: readonly TimelineRun[];
  /** Whether what has children shows only itself at first. */
  isFolded?: boolean;
  /** The run whose page this is. */
  current?: string;
  /** Whether all are of one job, so that its name says nothing. */
  isOneJob?: boolean;
}

/** Runs as rows with bars along one axis of time, children below parents; those under way grow. */
export function Timeline({ caption, runs, isFolded = false, current, isOneJob }: TimelineProps) {
  const [turned, setTurned] = useState<ReadonlySet<string>>(new Set());
  const now = useNow(runs.some((run) => run.state === "RUNNING"));
  const closed = useMemo(() => closedOf(runs, turned, isFolded), [runs, turned, isFolded]);
  const rows = useMemo(() => rowsOf(runs, closed), [runs, closed]);
  const axis = axisOf(runs, now);
  const lines = axis && ({ "--timeline-lines": linesOf(axis) } as CSSProperties);
  const turn = (key: string) =>
    setTurned((before) => {
      const after = new Set(before);
      if (!after.delete(key)) after.add(key);
      return after;
    });
  return (
    <SideScroll label={caption}>
      <Table className={classes.table} verticalSpacing={5} style={lines}>
        <caption className={classes.caption}>{caption}</caption>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{said.run}</Table.Th>
            <Table.Th>{said.state}</Table.Th>
            <Table.Th>{said.started}</Table.Th>
            <Table.Th ta="right">{said.took}</Table.Th>
            <Table.Th className={classes.time}>{axis ? <Ticks axis={axis} /> : said.time}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Row
              key={keyOf(row.run.id, row.run.job)}
              row={row}
              axis={axis}
              now={now}
              isCurrent={row.run.id === current}
              isOneJob={isOneJob === true}
              turn={turn}
            />
          ))}
        </Table.Tbody>
      </Table>
    </SideScroll>
  );
}

function closedOf(
  runs: readonly TimelineRun[],
  turned: ReadonlySet<string>,
  isFolded: boolean,
): ReadonlySet<string> {
  if (!isFolded) return turned;
  return new Set(runs.map((run) => keyOf(run.id, run.job)).filter((key) => !turned.has(key)));
}

interface RowProps {
  row: TimelineRow;
  axis: Axis | undefined;
  now: number;
  isCurrent: boolean;
  isOneJob: boolean;
  turn: (key: string) => void;
}

function Row({ row, axis, now, isCurrent, isOneJob, turn }: RowProps) {
  const { run } = row;
  const took = millisecondsOf(run, now);
  return (
    <tr
      className={isCurrent ? `${cells.row} ${classes.current}` : cells.row}
      aria-current={isCurrent ? "true" : undefined}
    >
      <td className={cells.cell}>
        <div className={classes.run} style={{ paddingLeft: `${row.depth * INDENT_REM}rem` }}>
          {!isOneJob && <Fold row={row} turn={turn} />}
          <div className={classes.name}>
            <RunLink id={run.id}>{isOneJob ? nameOf(run) : run.job.name}</RunLink>
            {row.isClosed && row.children > 0 && (
              <Note isInline> {said.children(row.children)}</Note>
            )}
            {row.depth === 0 && run.parent && (
              <Note>
                {said.below}{" "}
                <RunLink id={run.parent.id} isInText>
                  {run.parent.job.name}
                </RunLink>
              </Note>
            )}
            {run.error && (
              <span className={classes.error} title={run.error.message}>
                {run.error.message}
              </span>
            )}
          </div>
        </div>
      </td>
      <td className={`${cells.cell} ${classes.state}`}>
        <RunState state={run.state} />
      </td>
      <td className={`${cells.cell} ${classes.nowrap}`}>
        <Moment at={run.started_at ?? run.ended_at} />
      </td>
      <td className={`${cells.cell} ${cells.right} ${classes.nowrap}`}>
        {took === undefined ? "–" : spanOf(took / 1000)}
      </td>
      <td className={cells.cell}>{axis && <Track run={run} axis={axis} now={now} />}</td>
    </tr>
  );
}

/** What a run is called among others of its job: its start, as ids of one time begin alike. */
function nameOf(run: TimelineRun): string {
  const at = run.started_at ?? run.ended_at;
  return at === null ? run.id : momentOf(at);
}

function Fold({ row, turn }: Pick<RowProps, "row" | "turn">) {
  if (row.children === 0) return <span className={classes.gap} />;
  return (
    <ActionIcon
      size="sm"
      variant="subtle"
      color="var(--hw-text-soft)"
      aria-expanded={!row.isClosed}
      aria-label={said.fold(row.run.job.name)}
      onClick={() => turn(keyOf(row.run.id, row.run.job))}
    >
      <IconChevronRight
        size={15}
        className={`${classes.arrow} ${row.isClosed ? "" : classes.open}`}
      />
    </ActionIcon>
  );
}

function Ticks({ axis }: { axis: Axis }) {
  const named = ticksOf(axis).filter((tick) => tick.percent <= LAST_TICK_PERCENT);
  const words = tickWords(axis);
  return (
    <div className={classes.axis}>
      <VisuallyHidden>{said.time}</VisuallyHidden>
      {(named.length > 0 ? named : [{ at: axis.start, percent: 0 }]).map((tick) => (
        <span key={tick.at} className={classes.tick} style={{ left: `${tick.percent}%` }}>
          {words(tick.at)}
        </span>
      ))}
    </div>
  );
}

/** The lines of the axis as the ground of every row: elements would be hundreds. */
function linesOf(axis: Axis): string {
  const line = "linear-gradient(var(--hw-line), var(--hw-line))";
  return ticksOf(axis)
    .map((tick) => `${line} ${tick.percent}% 0 / 1px 100% no-repeat`)
    .join(", ");
}

function Track({ run, axis, now }: { run: TimelineRun; axis: Axis; now: number }) {
  const bar = barOf(run, axis, now);
  const style = bar && {
    left: `${bar.left}%`,
    width: `${bar.width}%`,
    "--bar-colour": colourOf(run.state),
  };
  return (
    <div className={classes.track} aria-hidden>
      {style && (
        <span
          className={`${classes.bar} ${run.state === "RUNNING" ? classes.running : ""}`}
          style={style as CSSProperties}
        />
      )}
    </div>
  );
}
