/** The most pixels that a browser scrolls well; more rows than fit share them. */
export const MOST_PIXELS = 8_000_000;

interface View {
  rowPixels: number;
  viewPixels: number;
}

/** How high all rows are drawn. */
export function heightOf(count: number, rowPixels: number): number {
  return Math.min(count * rowPixels, MOST_PIXELS);
}

/** The row at the top of the view, with the part of it that is out of sight. */
export function placeOf(scroll: number, count: number, { rowPixels, viewPixels }: View): number {
  const pixels = count * rowPixels;
  if (pixels <= MOST_PIXELS) return scroll / rowPixels;
  return (scroll / (MOST_PIXELS - viewPixels)) * (count - viewPixels / rowPixels);
}

/** Where to scroll so that a row is at the top of the view. */
export function scrollFor(place: number, count: number, { rowPixels, viewPixels }: View): number {
  const pixels = count * rowPixels;
  if (pixels <= MOST_PIXELS) return place * rowPixels;
  return (place / (count - viewPixels / rowPixels)) * (MOST_PIXELS - viewPixels);
}
