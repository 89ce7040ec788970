import { Group, Paper, Text } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { type MouseEvent, useCallback, useMemo, useRef, useState } from "react";
import { type Frame, nearestPoint, type Point, type Scale, scaleOf } from "@/graph/scatter";
import { texts } from "@/texts";
import { momentOf, spanOf } from "@/ui/time";
import { useCanvas } from "@/ui/useCanvas";
import type { FoundTrace } from "./questions";
import classes from "./traces.module.css";

const said = texts.traces;
const NEAR_PIXELS = 12;
const MARGINS = { left: 58, right: 16, top: 8, bottom: 20 };
const RADIUS = 4;

/** Traces by when they began and how long they took; a click opens one. */
export function TraceScatter({ traces }: { traces: readonly FoundTrace[] }) {
  const scale = useRef<Scale>(undefined);
  const [near, setNear] = useState<number>();
  const navigate = useNavigate();
  const points = useMemo<Point[]>(
    () =>
      traces.map((one) => ({
        at: Date.parse(one.start),
        length: one.duration_ms,
        hasFailed: one.errors > 0,
      })),
    [traces],
  );
  const draw = useCallback(
    (drawn: HTMLCanvasElement) => {
      scale.current = drawPoints(drawn, points);
    },
    [points],
  );
  const canvas = useCanvas(draw);

  const find = (event: MouseEvent<HTMLCanvasElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const place = { x: event.clientX - box.left, y: event.clientY - box.top };
    return scale.current && nearestPoint(points, scale.current, place, NEAR_PIXELS);
  };
  const open = (event: MouseEvent<HTMLCanvasElement>) => {
    const number = find(event);
    const id = number === undefined ? undefined : traces[number]?.trace_id;
    if (id) void navigate({ to: "/traces/trace", search: { id } });
  };
  const failed = points.filter((one) => one.hasFailed).length;
  const shown = near === undefined ? undefined : traces[near];
  return (
    <Paper withBorder p="xs">
      <Group justify="space-between" gap="xs" mb={4}>
        <Text size="sm" fw={600}>
          {said.scatter}
        </Text>
        <Group gap="md">
          <Legend className={classes.dotOk} text={said.scatterOk} />
          <Legend className={classes.dotFailed} text={said.scatterFailed} />
        </Group>
      </Group>
      <div className={classes.scatter}>
        <canvas
          ref={canvas}
          role="img"
          aria-label={said.scatterAbout(points.length, failed)}
          data-near={near !== undefined}
          onMouseMove={(event) => setNear(find(event))}
          onMouseLeave={() => setNear(undefined)}
          onClick={open}
        />
        {shown && scale.current && (
          <div className={classes.tip} {...placeOf(shown, scale.current)}>
            <strong>{shown.operation || said.noRoot}</strong> {shown.service}
            <br />
            {spanOf(shown.duration_ms / 1000)}, {momentOf(shown.start)}
          </div>
        )}
      </div>
    </Paper>
  );
}

function Legend({ className, text }: { className: string | undefined; text: string }) {
  return (
    <Group gap={6}>
      <span aria-hidden className={className} />
      <Text size="xs" c="dimmed">
        {text}
      </Text>
    </Group>
  );
}

function placeOf(trace: FoundTrace, scale: Scale) {
  const x = scale.x(Date.parse(trace.start));
  const isRight = Date.parse(trace.start) > (scale.first + scale.last) / 2;
  return {
    "data-right": isRight,
    style: { left: x, top: Math.max(0, scale.y(trace.duration_ms) - 20) },
  };
}

function drawPoints(canvas: HTMLCanvasElement, points: readonly Point[]): Scale {
  const ratio = window.devicePixelRatio || 1;
  const frame: Frame = { width: canvas.clientWidth, height: canvas.clientHeight, ...MARGINS };
  const scale = scaleOf(points, frame);
  canvas.width = Math.round(frame.width * ratio);
  canvas.height = Math.round(frame.height * ratio);
  const context = canvas.getContext("2d");
  if (!context) return scale;
  const style = getComputedStyle(canvas);
  const colour = (token: string) => style.getPropertyValue(token);
  context.scale(ratio, ratio);
  context.font = `11px ${colour("--hw-font")}`;
  drawAxes(context, frame, scale, colour);
  for (const one of points) if (!one.hasFailed) dot(context, scale, one, colour("--hw-series-1"));
  for (const one of points) if (one.hasFailed) cross(context, scale, one, colour("--hw-bad"));
  return scale;
}

function drawAxes(
  context: CanvasRenderingContext2D,
  frame: Frame,
  scale: Scale,
  colour: (token: string) => string,
): void {
  context.fillStyle = colour("--hw-text-soft");
  context.strokeStyle = colour("--hw-line");
  context.textBaseline = "middle";
  const room = frame.height - frame.top - frame.bottom;
  const every = Math.ceil((scale.lines.length * 16) / room);
  scale.lines.forEach((length, number) => {
    if (number % every !== 0) return;
    const y = Math.round(scale.y(length)) + 0.5;
    context.textAlign = "right";
    context.fillText(lengthText(length), frame.left - 8, y);
    context.beginPath();
    context.moveTo(frame.left, y);
    context.lineTo(frame.width - frame.right, y);
    context.stroke();
  });
  const baseline = frame.height - frame.bottom / 2 + 2;
  context.textAlign = "left";
  context.fillText(momentOf(scale.first), frame.left, baseline);
  context.textAlign = "right";
  context.fillText(endText(scale), frame.width - frame.right, baseline);
}

function dot(context: CanvasRenderingContext2D, scale: Scale, one: Point, colour: string): void {
  context.fillStyle = colour;
  context.globalAlpha = 0.75;
  context.beginPath();
  context.arc(scale.x(one.at), scale.y(one.length), RADIUS, 0, 2 * Math.PI);
  context.fill();
  context.globalAlpha = 1;
}

function cross(context: CanvasRenderingContext2D, scale: Scale, one: Point, colour: string): void {
  const [x, y] = [scale.x(one.at), scale.y(one.length)];
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(x - RADIUS, y - RADIUS);
  context.lineTo(x + RADIUS, y + RADIUS);
  context.moveTo(x + RADIUS, y - RADIUS);
  context.lineTo(x - RADIUS, y + RADIUS);
  context.stroke();
  context.lineWidth = 1;
}

/** A power of ten milliseconds in one unit, so that the labels of an axis compare. */
function lengthText(milliseconds: number): string {
  return milliseconds < 1_000
    ? spanOf(milliseconds / 1000)
    : `${texts.shared.number(milliseconds / 1000)} s`;
}

/** The end of the axis, without the day where it began on the same. */
function endText({ first, last }: Scale): string {
  const isSameDay = new Date(first).toDateString() === new Date(last).toDateString();
  return isSameDay ? new Date(last).toLocaleTimeString() : momentOf(last);
}
