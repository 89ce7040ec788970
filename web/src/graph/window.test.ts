import { expect, test } from "vitest";
import { cellOf, idsIn, MOST_CARDS } from "./window";

const SCREEN = { width: 1000, height: 600 };

function grid(columns: number, rows: number) {
  const boxes = new Map<string, { x: number; y: number; width: number; height: number }>();
  for (let x = 0; x < columns; x += 1) {
    for (let y = 0; y < rows; y += 1) {
      boxes.set(`${x} ${y}`, { x: x * 300, y: y * 100, width: 250, height: 80 });
    }
  }
  return boxes;
}

test.each([
  [0, 0, 1],
  [-437, -211, 1],
  [310, 95, 0.7],
  [-5000, -3000, 1.49],
])("all that is in sight at %d, %d and zoom %d is in the cell", (x, y, zoom) => {
  const boxes = grid(30, 60);
  const ids = new Set(idsIn(boxes, cellOf([x, y, zoom], SCREEN)));
  for (const [id, box] of boxes) {
    const left = box.x * zoom + x;
    const top = box.y * zoom + y;
    const isInSight =
      left < SCREEN.width &&
      top < SCREEN.height &&
      left + box.width * zoom > 0 &&
      top + box.height * zoom > 0;
    if (isInSight) expect(ids).toContain(id);
  }
  expect(ids.size).toBeLessThan(boxes.size / 4);
});

test("a small move stays in its cell", () => {
  expect(cellOf([-10, -10, 1], SCREEN)).toEqual(cellOf([-200, -100, 1.1], SCREEN));
});

test("more than anybody can read is not listed", () => {
  expect(idsIn(grid(100, 100), cellOf([0, 0, 0.05], SCREEN))).toBeNull();
  expect(idsIn(grid(10, 10), cellOf([0, 0, 0.05], SCREEN))?.length).toBeLessThan(MOST_CARDS);
});
