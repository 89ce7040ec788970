import type { Box } from "./positions";

/** Above so many cards in sight they are dots: nobody could read them, and no page could bear them. */
export const MOST_CARDS = 900;

/** What is in sight, in cells: it stays the same while people move within one. */
export interface Cell {
  column: number;
  row: number;
  /** Width and height of what is in sight, in the units of the graph. */
  width: number;
  height: number;
}

const STEP = 0.5;
const ZOOM_STEP = 1.25;

/** The cell of a view: its upper left corner rounded to half a screen, its zoom to a quarter. */
export function cellOf(
  [x, y, zoom]: readonly [number, number, number],
  screen: { width: number; height: number },
): Cell {
  const rounded = ZOOM_STEP ** Math.floor(Math.log(zoom) / Math.log(ZOOM_STEP));
  const width = screen.width / rounded;
  const height = screen.height / rounded;
  return {
    column: Math.floor(-x / zoom / (width * STEP)),
    row: Math.floor(-y / zoom / (height * STEP)),
    width,
    height,
  };
}

/** The ids of all boxes in sight anywhere in a cell; null where there are too many. */
export function idsIn(boxes: ReadonlyMap<string, Box>, cell: Cell): string[] | null {
  const left = cell.column * cell.width * STEP;
  const top = cell.row * cell.height * STEP;
  const right = left + cell.width * (1 + STEP);
  const bottom = top + cell.height * (1 + STEP);
  const found: string[] = [];
  for (const [id, box] of boxes) {
    if (box.x > right || box.y > bottom) continue;
    if (box.x + box.width < left || box.y + box.height < top) continue;
    found.push(id);
    if (found.length > MOST_CARDS) return null;
  }
  return found;
}
