import { type PointerEvent, useCallback, useState } from "react";
import { marksOf } from "@/graph/services";
import { ERROR, type SpanColumns, type TraceTree } from "@/graph/trace";
import { texts } from "@/texts";
import { tokenOf } from "./servicePatterns";
import { useCanvas } from "./useCanvas";
import classes from "./Waterfall.module.css";

const LEAST_DRAG_PIXELS = 4;

interface MinimapProps {
  spans: SpanColumns;
  services: readonly string[];
  tree: TraceTree;
  length: number;
  from: number;
  to: number;
  /** A stretch of time was chosen by dragging; undefined for all of it. */
  onZoom: (stretch: [number, number] | undefined) => void;
}

/** The whole trace in small; dragging over it chooses the time that the rows show. */
export function WaterfallMinimap(props: MinimapProps) {
  const { spans, services, tree, length, from, to, onZoom } = props;
  const [drag, setDrag] = useState<[number, number]>();
  const draw = useCallback(
    (drawn: HTMLCanvasElement) => drawTrace(drawn, { spans, services, tree, length }),
    [spans, services, tree, length],
  );
  const canvas = useCanvas(draw);

  const shareOf = (event: PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
  };
  const begin = (event: PointerEvent<HTMLDivElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    const at = shareOf(event);
    setDrag([at, at]);
  };
  const move = (event: PointerEvent<HTMLDivElement>) => {
    if (drag) setDrag([drag[0], shareOf(event)]);
  };
  const end = (event: PointerEvent<HTMLDivElement>) => {
    if (!drag) return;
    setDrag(undefined);
    const [low, high] = drag[0] < drag[1] ? drag : [drag[1], drag[0]];
    const width = event.currentTarget.getBoundingClientRect().width;
    if ((high - low) * width < LEAST_DRAG_PIXELS) onZoom(undefined);
    else onZoom([low * length, high * length]);
  };
  const left = (100 * from) / length;
  const right = 100 - (100 * to) / length;
  return (
    <div
      className={classes.minimap}
      title={texts.waterfall.minimapHint}
      onPointerDown={begin}
      onPointerMove={move}
      onPointerUp={end}
      onPointerCancel={() => setDrag(undefined)}
    >
      <canvas ref={canvas} role="img" aria-label={texts.waterfall.minimap(spans.id.length)} />
      {left > 0 && <div className={classes.shade} style={{ left: 0, width: `${left}%` }} />}
      {right > 0 && <div className={classes.shade} style={{ right: 0, width: `${right}%` }} />}
      {drag && (
        <div
          className={classes.drawn}
          style={{
            left: `${100 * Math.min(...drag)}%`,
            width: `${100 * Math.abs(drag[1] - drag[0])}%`,
          }}
        />
      )}
    </div>
  );
}

function drawTrace(
  canvas: HTMLCanvasElement,
  { spans, services, tree, length }: Pick<MinimapProps, "spans" | "services" | "tree" | "length">,
): void {
  const ratio = window.devicePixelRatio || 1;
  const width = Math.round(canvas.clientWidth * ratio);
  const height = Math.round(canvas.clientHeight * ratio);
  const context = canvas.getContext("2d");
  if (!context || width === 0 || length <= 0) return;
  canvas.width = width;
  canvas.height = height;
  const style = getComputedStyle(canvas);
  const colours = new Map<string, string>();
  const colourOf = (token: string) => {
    const known = colours.get(token) ?? style.getPropertyValue(token);
    colours.set(token, known);
    return known;
  };
  const markOf = marksOf(services);
  const tokens = services.map((name) => tokenOf(markOf(name)));
  const count = tree.span.length;
  const each = height / Math.max(count, 12);
  const draw = (row: number, token: string) => {
    const span = tree.span[row] ?? 0;
    const x = ((spans.offset_ms[span] ?? 0) / length) * width;
    const long = ((spans.duration_ms[span] ?? 0) / length) * width;
    context.fillStyle = colourOf(token);
    context.fillRect(x, row * each, Math.max(ratio, long), Math.max(ratio, each * 0.8));
  };
  for (let row = 0; row < count; row += 1) {
    draw(row, tokens[spans.service[tree.span[row] ?? 0] ?? 0] ?? "--hw-line");
  }
  for (let row = 0; row < count; row += 1) {
    if (spans.status[tree.span[row] ?? 0] === ERROR) draw(row, "--hw-bad");
  }
}
