import { Panel, useReactFlow, useStoreApi } from "@xyflow/react";
import { type PointerEvent, useEffect, useMemo, useRef } from "react";
import type { GraphNode } from "@/graph/model";
import { type Box, boundsOf } from "@/graph/positions";
import { texts } from "@/texts";
import { stateOf } from "./Card";
import classes from "./Graph.module.css";
import type { Layout } from "./layout/useLayout";

const WIDTH = 150;
const HEIGHT = 96;
const MARGIN = 6;
const LEAST = 1.5;

/** The whole graph small: painted once for each layout, with a frame around what is in sight. */
export function Overview({ layout }: { layout: Layout }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const store = useStoreApi();
  const flow = useReactFlow();
  const bounds = useMemo(() => boundsOf(layout.boxes.values()), [layout]);
  const scale = bounds ? scaleFor(bounds) : 1;

  useEffect(() => {
    if (canvas.current && bounds) paint(canvas.current, layout, bounds);
  }, [layout, bounds]);

  useEffect(() => {
    if (!bounds) return;
    const follow = () => {
      const { transform, width, height } = store.getState();
      const [x, y, zoom] = transform;
      const sight = { x: -x / zoom, y: -y / zoom, width: width / zoom, height: height / zoom };
      const style = frame.current?.style;
      if (!style || !panel.current) return;
      style.left = `${MARGIN + (sight.x - bounds.x) * scale}px`;
      style.top = `${MARGIN + (sight.y - bounds.y) * scale}px`;
      style.width = `${sight.width * scale}px`;
      style.height = `${sight.height * scale}px`;
      panel.current.hidden = holds(sight, bounds);
    };
    follow();
    return store.subscribe(follow);
  }, [store, bounds, scale]);

  const go = (event: PointerEvent<HTMLElement>) => {
    if (!bounds || !(event.buttons & 1)) return;
    const { left, top } = event.currentTarget.getBoundingClientRect();
    const x = bounds.x + (event.clientX - left - MARGIN) / scale;
    const y = bounds.y + (event.clientY - top - MARGIN) / scale;
    void flow.setCenter(x, y, { zoom: flow.getZoom(), duration: 0 });
  };

  return (
    <Panel position="bottom-right" ref={panel}>
      <div
        className={classes.map}
        role="img"
        aria-label={texts.lineage.minimap}
        style={{ width: WIDTH, height: HEIGHT }}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          go(event);
        }}
        onPointerMove={go}
      >
        <canvas ref={canvas} style={{ width: WIDTH, height: HEIGHT }} />
        <div ref={frame} className={classes.sight} />
      </div>
    </Panel>
  );
}

function scaleFor(bounds: Box): number {
  return Math.min((WIDTH - 2 * MARGIN) / bounds.width, (HEIGHT - 2 * MARGIN) / bounds.height);
}

function holds(sight: Box, bounds: Box): boolean {
  return (
    sight.x <= bounds.x &&
    sight.y <= bounds.y &&
    sight.x + sight.width >= bounds.x + bounds.width &&
    sight.y + sight.height >= bounds.y + bounds.height
  );
}

function paint(canvas: HTMLCanvasElement, layout: Layout, bounds: Box): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const ratio = window.devicePixelRatio || 1;
  const scale = scaleFor(bounds);
  const tokens = getComputedStyle(document.documentElement);
  const colours = new Map<string, string>();
  canvas.width = WIDTH * ratio;
  canvas.height = HEIGHT * ratio;
  context.scale(ratio, ratio);
  for (const node of layout.graph.nodes) {
    const box = layout.boxes.get(node.id);
    if (!box) continue;
    const token = dotToken(node);
    const colour = colours.get(token) ?? tokens.getPropertyValue(token).trim();
    colours.set(token, colour);
    context.fillStyle = colour;
    context.fillRect(
      MARGIN + (box.x - bounds.x) * scale,
      MARGIN + (box.y - bounds.y) * scale,
      Math.max(LEAST, box.width * scale),
      Math.max(LEAST, box.height * scale),
    );
  }
}

/** The colour of a node where it is nothing but a dot. */
export function dotToken(node: GraphNode): string {
  if (node.change === "added") return "--hw-added";
  if (node.change === "removed" || stateOf(node) === "bad") return "--hw-bad";
  return node.kind === "job" ? "--hw-line-strong" : "--hw-accent";
}
