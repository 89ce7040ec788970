import type { Side } from "./model";

/** One more hop from a node on one side, as the address and the server write it. */
export interface Hop {
  side: Side;
  most: number;
  node: string;
}

export const FIRST_BAND = 20;
const NEXT_BAND = 50;

export function hopOf(text: string): Hop | null {
  const [side, most, ...rest] = text.split(":");
  const node = rest.join(":");
  const count = Number(most);
  if ((side !== "up" && side !== "down") || !Number.isInteger(count) || count < 1 || !node)
    return null;
  return { side, most: count, node };
}

export function hopText(hop: Hop): string {
  return `${hop.side}:${hop.most}:${hop.node}`;
}

/** The hops with one side of a node opened, or opened further. */
export function opened(hops: readonly string[], node: string, side: Side, drawn: number): string[] {
  const isIt = (text: string) => {
    const hop = hopOf(text);
    return hop?.node === node && hop.side === side;
  };
  const most = drawn === 0 ? FIRST_BAND : drawn + NEXT_BAND;
  return [...hops.filter((text) => !isIt(text)), hopText({ side, most, node })];
}

/** The hops without those of one side of a node, and of what only stood on them is left out. */
export function closed(hops: readonly string[], node: string, side: Side): string[] {
  return hops.filter((text) => {
    const hop = hopOf(text);
    return !(hop?.node === node && hop.side === side);
  });
}

/** Whether a side of a node was opened. */
export function isOpened(hops: readonly string[], node: string, side: Side): boolean {
  return hops.some((text) => {
    const hop = hopOf(text);
    return hop?.node === node && hop.side === side;
  });
}
