import { useMemo } from "react";
import { layersOf } from "@/graph/layers";
import { texts } from "@/texts";
import { PageLink } from "@/ui/links";
import { countOf } from "@/ui/numbers";
import { ServiceMark } from "@/ui/ServiceMark";
import type { Window } from "./address";
import type { ServiceMap } from "./questions";
import classes from "./traces.module.css";

const said = texts.serviceMap;
const BOX = { width: 190, height: 40 };
const GAP = { across: 110, down: 28 };
const MARGIN = 20;
const MOST_STROKE = 5;

interface Box {
  name: string;
  x: number;
  y: number;
}

/** Services as boxes, callers left of what they call; the table below it has the same. */
export function ServiceGraph({ map, window }: { map: ServiceMap; window: Window }) {
  const boxes = useMemo(() => boxesOf(map), [map]);
  const all = [...boxes.values()];
  const width = Math.max(...all.map((box) => box.x)) + BOX.width + MARGIN;
  const height = Math.max(...all.map((box) => box.y)) + BOX.height + MARGIN;
  const most = Math.max(1, ...map.calls.map((call) => call.calls));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section className={classes.map} aria-label={said.graph} tabIndex={0}>
      <div style={{ position: "relative", width, height }}>
        <svg width={width} height={height} aria-hidden>
          <title>{said.graph}</title>
          <defs>
            <marker
              id="call-end"
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerWidth="8"
              markerHeight="8"
              markerUnits="userSpaceOnUse"
              orient="auto"
            >
              <path d="M0,0 L8,4 L0,8 z" className={classes.callEnd} />
            </marker>
          </defs>
          {map.calls.map((call) => (
            <Call key={`${call.parent} ${call.child}`} call={call} boxes={boxes} most={most} />
          ))}
        </svg>
        {all.map((box) => (
          <div
            key={box.name}
            className={classes.service}
            style={{ left: box.x, top: box.y, width: BOX.width, height: BOX.height }}
            title={said.tracesOf(box.name)}
          >
            <ServiceMark service={map.services.indexOf(box.name)} />
            <PageLink to="/traces" search={{ service: box.name, window }}>
              {box.name}
            </PageLink>
          </div>
        ))}
      </div>
    </section>
  );
}

function boxesOf(map: ServiceMap): Map<string, Box> {
  const placed = layersOf(map.services, map.calls);
  const layers = new Map<number, number>();
  for (const one of placed) layers.set(one.layer, (layers.get(one.layer) ?? 0) + 1);
  const tallest = Math.max(1, ...layers.values());
  const step = BOX.height + GAP.down;
  return new Map(
    placed.map(({ name, layer, place }) => {
      const offset = ((tallest - (layers.get(layer) ?? 1)) * step) / 2;
      const x = MARGIN + layer * (BOX.width + GAP.across);
      return [name, { name, x, y: MARGIN + offset + place * step }];
    }),
  );
}

interface CallProps {
  call: ServiceMap["calls"][number];
  boxes: ReadonlyMap<string, Box>;
  most: number;
}

function Call({ call, boxes, most }: CallProps) {
  const from = boxes.get(call.parent);
  const to = boxes.get(call.child);
  if (!from || !to) return null;
  const isBack = to.x <= from.x;
  const start = { x: from.x + BOX.width, y: from.y + BOX.height / 2 };
  const end = { x: to.x, y: to.y + BOX.height / 2 };
  const path = isBack ? backward(from, to) : forward(start, end);
  const middle = isBack
    ? { x: (from.x + to.x + BOX.width) / 2, y: Math.max(from.y, to.y) + BOX.height + 12 }
    : { x: (start.x + end.x) / 2, y: (start.y + end.y) / 2 - 4 };
  const stroke = 1 + (MOST_STROKE - 1) * (Math.log1p(call.calls) / Math.log1p(most));
  return (
    <>
      <path
        d={path}
        className={classes.call}
        strokeWidth={stroke}
        strokeDasharray={isBack ? "6 4" : undefined}
        markerEnd="url(#call-end)"
      />
      <text x={middle.x} y={middle.y} className={classes.callCount}>
        {countOf(call.calls)}
      </text>
    </>
  );
}

function forward(start: { x: number; y: number }, end: { x: number; y: number }): string {
  const bend = (end.x - start.x) / 2;
  return `M${start.x},${start.y} C${start.x + bend},${start.y} ${end.x - bend},${end.y} ${end.x - 2},${end.y}`;
}

/** A call back to the left goes around below the boxes. */
function backward(from: Box, to: Box): string {
  const [startX, endX] = [from.x + BOX.width / 2 + 12, to.x + BOX.width / 2 - 12];
  const [startY, endY] = [from.y + BOX.height, to.y + BOX.height];
  const low = Math.max(startY, endY) + GAP.down * 0.8;
  return `M${startX},${startY} C${startX},${low} ${endX},${low} ${endX},${endY + 2}`;
}
