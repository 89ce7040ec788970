import { IconAlertTriangleFilled, IconChevronRight } from "@tabler/icons-react";
import { memo } from "react";
import type { Mark } from "@/graph/services";
import type { Stretch } from "@/graph/trace";
import { texts } from "@/texts";
import { gridRoles } from "./gridRoles";
import { ServiceMark } from "./ServiceMark";
import { drawnAs } from "./servicePatterns";
import { spanOf } from "./time";
import classes from "./Waterfall.module.css";

const said = texts.waterfall;
const INDENT_PIXELS = 12;
const DEEPEST_INDENT = 8;

/** What one row shows; times are milliseconds from the start of the trace. */
export interface RowFacts {
  row: number;
  id: string;
  name: string;
  serviceName: string;
  mark: Mark;
  depth: number;
  start: number;
  length: number;
  hasFailed: boolean;
  /** How many spans below a closed row failed. */
  failedBelow: number;
  /** How many spans are below it. */
  below: number;
  critical: readonly Stretch[] | undefined;
}

interface WaterfallRowProps {
  facts: RowFacts;
  top: number;
  from: number;
  to: number;
  isOpen: boolean;
  isActive: boolean;
  isSelected: boolean;
  isMatch: boolean | undefined;
  isLit: boolean;
  /** Whether there are several services to tell apart. */
  hasServices: boolean;
}

/** A span: its name at its depth, and when it was. */
export const WaterfallRow = memo(function WaterfallRow(props: WaterfallRowProps) {
  const { facts, top, isOpen, isActive, isSelected, isMatch, hasServices } = props;
  const canOpen = facts.below > 0;
  return (
    <div
      {...attributesOf(facts, isOpen, isSelected)}
      id={rowId(facts.row)}
      data-row={facts.row}
      data-active={isActive}
      data-matches={isMatch === false ? "no" : undefined}
      className={classes.row}
      style={{ transform: `translateY(${top}px)` }}
    >
      <div
        {...gridRoles.cell}
        className={classes.name}
        style={{ paddingLeft: Math.min(facts.depth, DEEPEST_INDENT) * INDENT_PIXELS }}
        title={`${facts.serviceName}: ${facts.name}`}
      >
        <span className={classes.toggle} data-toggle={canOpen || undefined} aria-hidden>
          {canOpen && <IconChevronRight size={14} />}
        </span>
        <ServiceMark mark={facts.mark} />
        {facts.hasFailed && (
          <span className={classes.error}>
            <IconAlertTriangleFilled size={13} aria-label={said.failed} role="img" />
          </span>
        )}
        <span className={classes.title}>
          {facts.name} {hasServices && <span className={classes.soft}>{facts.serviceName}</span>}
        </span>
        {!isOpen && canOpen && <Closed facts={facts} />}
      </div>
      <Lane {...props} />
    </div>
  );
});

function attributesOf(facts: RowFacts, isOpen: boolean, isSelected: boolean) {
  return {
    ...gridRoles.row,
    "aria-level": facts.depth + 1,
    "aria-rowindex": facts.row + 2,
    "aria-selected": isSelected,
    ...(facts.below > 0 && { "aria-expanded": isOpen }),
  };
}

/** The id of a row's element, for the grid to name the one that is active. */
export function rowId(row: number): string {
  return `span-row-${row}`;
}

function Closed({ facts }: { facts: RowFacts }) {
  return (
    <>
      <span className={classes.soft}>{said.below(facts.below)}</span>
      {facts.failedBelow > 0 && (
        <span className={classes.error}>{said.failedBelow(facts.failedBelow)}</span>
      )}
    </>
  );
}

function Lane({ facts, from, to, isLit }: WaterfallRowProps) {
  const share = (at: number) => (100 * (at - from)) / (to - from);
  const left = share(facts.start);
  const right = share(facts.start + facts.length);
  const drawn = drawnAs(facts.mark);
  const isInside = right >= 0 && left <= 100;
  const shownLeft = Math.max(left, -1);
  const shownRight = Math.min(right, 101);
  return (
    <div {...gridRoles.cell} className={classes.lane}>
      {isInside && (
        <>
          <div
            className={`${classes.bar} ${drawn.className}`}
            data-failed={facts.hasFailed}
            data-dim={isLit && !facts.critical}
            style={{ ...drawn.style, left: `${shownLeft}%`, width: `${shownRight - shownLeft}%` }}
          />
          {facts.critical?.map((one) => (
            <div
              key={one.from}
              className={classes.critical}
              style={{ left: `${share(one.from)}%`, width: `${share(one.to) - share(one.from)}%` }}
            />
          ))}
        </>
      )}
      <span className={classes.length} {...labelPlace(shownLeft, shownRight)}>
        {spanOf(facts.length / 1000)}
      </span>
    </div>
  );
}

/** The length stands right of its bar, else left of it, else upon it. */
function labelPlace(left: number, right: number) {
  if (right <= 80) return { style: { left: `${Math.max(0, right)}%` } };
  if (left >= 20) return { style: { right: `${100 - Math.min(left, 100)}%` } };
  return { "data-upon": true, style: { right: 4 } };
}
