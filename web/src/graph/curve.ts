import type { Box } from "./positions";

export interface Point {
  x: number;
  y: number;
}

/** A curve from the right of one card to the left of another: its ends and control points. */
export interface Curve {
  start: Point;
  control: [Point, Point];
  end: Point;
}

const LEAST_BEND = 30;

/** The curve between two cards, at heights from their tops if they are given. */
export function curveBetween(from: Box, to: Box, tops: { from?: number; to?: number } = {}): Curve {
  const start = {
    x: from.x + from.width,
    y: from.y + (tops.from ?? Math.min(22, from.height / 2)),
  };
  const end = { x: to.x, y: to.y + (tops.to ?? Math.min(22, to.height / 2)) };
  const bend = Math.max(LEAST_BEND, Math.abs(end.x - start.x) / 2);
  return {
    start,
    control: [
      { x: start.x + bend, y: start.y },
      { x: end.x - bend, y: end.y },
    ],
    end,
  };
}

/** Whether a curve may be in sight. */
export function isInSight(curve: Curve, sight: Box): boolean {
  const xs = [curve.start.x, curve.end.x, curve.control[0].x, curve.control[1].x];
  const top = Math.min(curve.start.y, curve.end.y);
  const bottom = Math.max(curve.start.y, curve.end.y);
  return (
    Math.min(...xs) < sight.x + sight.width &&
    Math.max(...xs) > sight.x &&
    top < sight.y + sight.height &&
    bottom > sight.y
  );
}
