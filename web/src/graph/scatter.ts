/** A point of a picture of lengths over time. */
export interface Point {
  /** Milliseconds since 1970. */
  at: number;
  /** Milliseconds. */
  length: number;
  hasFailed: boolean;
}

/** Where things are in pixels: time along, length upward by its logarithm. */
export interface Scale {
  x: (at: number) => number;
  y: (length: number) => number;
  first: number;
  last: number;
  /** Lengths that have a line, in milliseconds: powers of ten. */
  lines: number[];
}

export interface Frame {
  width: number;
  height: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

const LEAST_LENGTH = 0.001;
const LEAST_TIME = 1_000;

/** Fit points into a frame. */
export function scaleOf(points: readonly Point[], frame: Frame): Scale {
  const times = points.map((one) => one.at);
  const lengths = points.map((one) => Math.max(LEAST_LENGTH, one.length));
  let first = least(times);
  let last = most(times);
  if (last - first < LEAST_TIME) {
    first -= LEAST_TIME / 2;
    last += LEAST_TIME / 2;
  }
  const low = Math.floor(Math.log10(least(lengths)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(most(lengths))));
  const along = frame.width - frame.left - frame.right;
  const up = frame.height - frame.top - frame.bottom;
  return {
    first,
    last,
    x: (at) => frame.left + (along * (at - first)) / (last - first),
    y: (length) =>
      frame.height -
      frame.bottom -
      (up * (Math.log10(Math.max(LEAST_LENGTH, length)) - low)) / (high - low),
    lines: Array.from({ length: high - low + 1 }, (_, n) => 10 ** (low + n)),
  };
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), values[0] ?? 1);
}

function most(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), values[0] ?? 1);
}

/** The number of the point that is nearest to a place, if one is near enough. */
export function nearestPoint(
  points: readonly Point[],
  scale: Scale,
  place: { x: number; y: number },
  within: number,
): number | undefined {
  let best: number | undefined;
  let distance = within ** 2;
  points.forEach((one, number) => {
    const away = (scale.x(one.at) - place.x) ** 2 + (scale.y(one.length) - place.y) ** 2;
    if (away > distance) return;
    distance = away;
    best = number;
  });
  return best;
}
