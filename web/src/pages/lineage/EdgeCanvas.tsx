import { useStoreApi } from "@xyflow/react";
import { useEffect, useMemo, useRef } from "react";
import { columnTop } from "@/graph/card";
import { type Curve, curveBetween, isInSight } from "@/graph/curve";
import { edgeId, type GraphEdge, type GraphNode } from "@/graph/model";
import type { Box } from "@/graph/positions";
import classes from "./Graph.module.css";
import type { Layout } from "./layout/useLayout";
import { dotToken } from "./Overview";
import type { Drawing } from "./useDrawing";

const HEAD = 7;
const LEAST_ZOOM_FOR_HEADS = 0.4;

/** How a bundle of curves is drawn: the name of a colour token, and the rest. */
interface Bundle {
  colour: string;
  width: number;
  dash: number[];
  isFaint: boolean;
  curves: Curve[];
}

interface EdgeCanvasProps {
  layout: Layout;
  drawing: Drawing;
  /** Whether cards are dots on the canvas too, as too many are in sight. */
  isDotted: boolean;
}

/** All edges, drawn on one canvas below the cards; the table beside the graph tells them in words. */
export function EdgeCanvas({ layout, drawing, isDotted }: EdgeCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const store = useStoreApi();
  const bundles = useMemo(() => bundlesOf(layout, drawing), [layout, drawing]);
  useEffect(() => {
    const target = canvas.current;
    const context = target?.getContext("2d");
    if (!target || !context) return;
    const tokens = getComputedStyle(document.documentElement);
    const colours = new Map(
      bundles.map(({ colour }) => [colour, tokens.getPropertyValue(colour).trim()]),
    );
    let isAsked = false;
    let isOver = false;
    const draw = () => {
      isAsked = false;
      if (isOver) return;
      const { width, height, transform } = store.getState();
      const ratio = window.devicePixelRatio || 1;
      if (target.width !== width * ratio || target.height !== height * ratio) {
        target.width = width * ratio;
        target.height = height * ratio;
      }
      const [x, y, zoom] = transform;
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, target.width, target.height);
      context.setTransform(zoom * ratio, 0, 0, zoom * ratio, x * ratio, y * ratio);
      const sight = { x: -x / zoom, y: -y / zoom, width: width / zoom, height: height / zoom };
      for (const bundle of bundles) {
        drawBundle(context, bundle, { sight, zoom, colour: colours.get(bundle.colour) ?? "" });
      }
      if (isDotted) drawDots(context, layout, tokens);
    };
    // In the same frame as the cards, or arrows would be one behind them while the view moves.
    const ask = () => {
      if (!isAsked) queueMicrotask(draw);
      isAsked = true;
    };
    ask();
    const stop = store.subscribe(ask);
    return () => {
      stop();
      isOver = true;
    };
  }, [bundles, store, isDotted, layout]);
  return <canvas ref={canvas} className={classes.edges} aria-hidden />;
}

function bundlesOf(layout: Layout, drawing: Drawing): Bundle[] {
  const found = new Map<string, Bundle>();
  const put = (style: Omit<Bundle, "curves">, curve: Curve) => {
    const key = `${style.colour} ${style.width} ${style.dash} ${style.isFaint}`;
    const held = found.get(key);
    if (held) held.curves.push(curve);
    else found.set(key, { ...style, curves: [curve] });
  };
  for (const edge of layout.graph.edges) {
    const from = layout.boxes.get(edge.from);
    const to = layout.boxes.get(edge.to);
    if (from && to) put(styleOfEdge(edge, drawing), curveBetween(from, to));
  }
  for (const [curve, isDirect] of columnCurves(layout, drawing)) {
    put(
      isDirect
        ? { colour: "--hw-accent", width: 2, dash: [], isFaint: false }
        : { colour: "--hw-edge", width: 1.2, dash: [2, 4], isFaint: false },
      curve,
    );
  }
  // What is faint lies below what is lit.
  return [...found.values()].sort((a, b) => Number(b.isFaint) - Number(a.isFaint));
}

function styleOfEdge(edge: GraphEdge, { lit, columns }: Drawing): Omit<Bundle, "curves"> {
  const isLit = lit?.edges.has(edgeId(edge)) ?? false;
  const isFaint = lit !== null && (!isLit || columns !== null);
  const dash = edge.state === "running" || edge.change === "removed" ? [6, 5] : [];
  let colour = isLit ? "--hw-edge-lit" : "--hw-edge";
  if (edge.state === "failed") colour = "--hw-bad";
  if (edge.state === "running") colour = "--hw-busy";
  if (edge.change === "added") colour = "--hw-added";
  if (edge.change === "removed") colour = "--hw-removed";
  return { colour, dash, isFaint, width: isLit && !isFaint ? 2.4 : edge.change ? 2 : 1.4 };
}

function* columnCurves(layout: Layout, drawing: Drawing): Iterable<[Curve, boolean]> {
  if (!drawing.columns) return;
  const nodes = new Map(layout.graph.nodes.map((node) => [node.id, node]));
  for (const line of drawing.columns.lines) {
    const from = place(nodes.get(line.from), layout.boxes, drawing, line.fromColumn);
    const to = place(nodes.get(line.to), layout.boxes, drawing, line.toColumn);
    if (from && to) {
      yield [curveBetween(from.box, to.box, { from: from.top, to: to.top }), line.isDirect];
    }
  }
}

function place(
  node: GraphNode | undefined,
  boxes: ReadonlyMap<string, Box>,
  drawing: Drawing,
  column: string,
): { box: Box; top: number } | null {
  const box = node && boxes.get(node.id);
  if (!node || !box) return null;
  return { box, top: columnTop(node, drawing.styleOf(node), column) ?? 22 };
}

interface Sight {
  sight: Box;
  zoom: number;
  colour: string;
}

function drawBundle(
  context: CanvasRenderingContext2D,
  bundle: Bundle,
  { sight, zoom, colour }: Sight,
): void {
  const seen = bundle.curves.filter((curve) => isInSight(curve, sight));
  if (seen.length === 0) return;
  context.globalAlpha = bundle.isFaint ? 0.35 : 1;
  context.strokeStyle = colour;
  context.fillStyle = colour;
  context.lineWidth = Math.max(bundle.width, 0.7 / zoom);
  context.setLineDash(bundle.dash);
  context.beginPath();
  for (const { start, control, end } of seen) {
    context.moveTo(start.x, start.y);
    context.bezierCurveTo(control[0].x, control[0].y, control[1].x, control[1].y, end.x, end.y);
  }
  context.stroke();
  if (zoom < LEAST_ZOOM_FOR_HEADS) return;
  context.beginPath();
  for (const { end } of seen) {
    context.moveTo(end.x, end.y);
    context.lineTo(end.x - HEAD, end.y - HEAD / 2);
    context.lineTo(end.x - HEAD, end.y + HEAD / 2);
    context.closePath();
  }
  context.fill();
}

/** Cards as plain shapes: a path for each colour. */
function drawDots(
  context: CanvasRenderingContext2D,
  layout: Layout,
  tokens: CSSStyleDeclaration,
): void {
  context.globalAlpha = 1;
  const shapes = new Map<string, Path2D>();
  for (const node of layout.graph.nodes) {
    const box = layout.boxes.get(node.id);
    if (!box) continue;
    const token = dotToken(node);
    const shape = shapes.get(token) ?? new Path2D();
    shape.rect(box.x, box.y, box.width, box.height);
    shapes.set(token, shape);
  }
  for (const [token, shape] of shapes) {
    context.fillStyle = tokens.getPropertyValue(token).trim();
    context.fill(shape);
  }
}
