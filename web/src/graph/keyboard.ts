import type { Neighbours } from "./model";
import type { Box } from "./positions";

export type Arrow = "left" | "right" | "up" | "down";

const ASIDE = 2.5;

/**
 * The node that an arrow key leads to: left and right along the edges, up and down to what is
 * nearest. Where there is no edge, left and right go to the nearest too.
 */
export function nodeTowards(
  boxes: ReadonlyMap<string, Box>,
  neighbours: Neighbours,
  from: string,
  arrow: Arrow,
): string | null {
  const start = boxes.get(from);
  if (!start) return null;
  if (arrow === "left" || arrow === "right") {
    const joined = (arrow === "left" ? neighbours.up : neighbours.down).get(from) ?? [];
    const found = nearest(start, joined, boxes, () => true);
    if (found) return found;
  }
  return nearest(start, boxes.keys(), boxes, (box) => isTowards(start, box, arrow));
}

function isTowards(start: Box, box: Box, arrow: Arrow): boolean {
  if (arrow === "left") return box.x + box.width <= start.x;
  if (arrow === "right") return box.x >= start.x + start.width;
  const overlaps = box.x < start.x + start.width && box.x + box.width > start.x;
  if (!overlaps) return false;
  return arrow === "up" ? middle(box) < middle(start) : middle(box) > middle(start);
}

function nearest(
  start: Box,
  ids: Iterable<string>,
  boxes: ReadonlyMap<string, Box>,
  counts: (box: Box) => boolean,
): string | null {
  let best: string | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const id of ids) {
    const box = boxes.get(id);
    if (!box || box === start || !counts(box)) continue;
    const along = Math.abs(box.x - start.x);
    const aside = Math.abs(middle(box) - middle(start));
    const distance = along + aside * ASIDE;
    if (distance < least) {
      least = distance;
      best = id;
    }
  }
  return best;
}

function middle(box: Box): number {
  return box.y + box.height / 2;
}
