import { useMemo } from "react";
import { layersOf } from "@/graph/layers";
import { marksOf } from "@/graph/services";
import { texts } from "@/texts";
import { PageLink } from "@/ui/links";
import { countOf } from "@/ui/numbers";
import { ServiceMark } from "@/ui/ServiceMark";
import type { Window } from "./address";
import type { ServiceMap } from "./questions";
import classes from "./traces.module.css";

const said = texts.serviceMap;
const BOX = { width: 160, height: 40 };
const GAP = { across: 72, down: 28 };
const MARGIN = 20;
const ASIDE = 48;
const MOST_STROKE = 4;
const LANE = 22;

interface Box {
  name: string;
  x: number;
  y: number;
}

/** Services as boxes, callers left of what they call; the table below it has the same. */
export function ServiceGraph({ map, window }: { map: ServiceMap; window: Window }) {
  const boxes = useMemo(() => boxesOf(map), [map]);
  const markOf = useMemo(() => marksOf(map.services), [map]);
  const all = [...boxes.values()];
  const width = Math.max(...all.map((box) => box.x)) + BOX.width + ASIDE;
  const drawn = useMemo(() => callsOf(map, boxes), [map, boxes]);
  const lanes = drawn.reduce((least, one) => Math.max(least, one.lane + 1), 0);
  const height = Math.max(...all.map((box) => box.y)) + BOX.height + MARGIN + lanes * LANE;
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
          {drawn.map((one) => (
            <Call key={`${one.call.parent} ${one.call.child}`} {...one} most={most} />
          ))}
        </svg>
        {all.map((box) => (
          <div
            key={box.name}
            className={classes.service}
            style={{ left: box.x, top: box.y, width: BOX.width, height: BOX.height }}
            title={said.tracesOf(box.name)}
          >
            <ServiceMark mark={markOf(box.name)} />
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
      const x = ASIDE + layer * (BOX.width + GAP.across);
      return [name, { name, x, y: MARGIN + offset + place * step }];
    }),
  );
}

interface DrawnCall {
  call: ServiceMap["calls"][number];
  from: Box;
  to: Box;
  /** Which lane below the boxes it takes; -1 where it goes straight to the next layer. */
  lane: number;
  /** How far down the lanes begin. */
  floor: number;
}

/** Calls to the next layer go straight; others go around below the boxes, each in its lane. */
function callsOf(map: ServiceMap, boxes: ReadonlyMap<string, Box>): DrawnCall[] {
  const floor = Math.max(...[...boxes.values()].map((box) => box.y)) + BOX.height;
  const next = BOX.width + GAP.across;
  let lanes = 0;
  return map.calls.flatMap((call) => {
    const from = boxes.get(call.parent);
    const to = boxes.get(call.child);
    if (!from || !to) return [];
    const isNear = to.x - from.x === next;
    return [{ call, from, to, floor, lane: isNear ? -1 : lanes++ }];
  });
}

function Call({ call, from, to, lane, floor, most }: DrawnCall & { most: number }) {
  const start = { x: from.x + BOX.width, y: from.y + BOX.height / 2 };
  const end = { x: to.x, y: to.y + BOX.height / 2 };
  const low = floor + LANE * (lane + 0.8);
  const middle = { x: (start.x + end.x) / 2, y: lane < 0 ? (start.y + end.y) / 2 - 5 : low + 4 };
  const stroke = 1 + (MOST_STROKE - 1) * (Math.log1p(call.calls) / Math.log1p(most));
  return (
    <>
      <path
        d={lane < 0 ? straight(start, end) : around(from, to, low)}
        className={classes.call}
        strokeWidth={stroke}
        markerEnd="url(#call-end)"
      />
      <text x={middle.x} y={middle.y} className={classes.callCount}>
        {countOf(call.calls)}
      </text>
    </>
  );
}

interface Place {
  x: number;
  y: number;
}

function straight(start: Place, end: Place): string {
  const bend = (end.x - start.x) / 2;
  return `M${start.x},${start.y} C${start.x + bend},${start.y} ${end.x - bend},${end.y} ${end.x - 2},${end.y}`;
}

/** Out at the right of the caller, along the lane, in at the left of who is called. */
function around(from: Box, to: Box, low: number): string {
  const out = { x: from.x + BOX.width, y: from.y + BOX.height * 0.7 };
  const into = { x: to.x, y: to.y + BOX.height * 0.7 };
  const turn = GAP.across * 0.5;
  const isBack = to.x <= from.x;
  const [first, last] = isBack ? [out.x, into.x] : [out.x + 2 * turn, into.x - 2 * turn];
  return [
    `M${out.x},${out.y}`,
    `C${out.x + turn},${out.y} ${out.x + turn},${low} ${first},${low}`,
    `L${last},${low}`,
    `C${into.x - turn},${low} ${into.x - turn},${into.y} ${into.x - 2},${into.y}`,
  ].join(" ");
}
