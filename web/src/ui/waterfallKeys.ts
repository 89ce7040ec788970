import type { KeyboardEvent } from "react";
import type { TraceTree } from "@/graph/trace";

const PAGE_ROWS = 20;

interface WaterfallKeys {
  tree: TraceTree;
  /** The rows that are shown, in order. */
  shown: Int32Array;
  closed: ReadonlySet<number>;
  active: number;
  goTo: (row: number) => void;
  toggle: (row: number) => void;
  choose: (row: number) => void;
  next: (what: "error" | "match", direction: 1 | -1) => void;
  zoom: (how: "in" | "out" | "all") => void;
  leave: () => void;
}

/** What keys do on the rows of a trace; returns the handler. */
export function waterfallKeys(given: WaterfallKeys) {
  const { tree, shown, closed, active } = given;
  const place = placeOf(shown, active);
  const step = (by: number) => {
    const wanted = Math.min(shown.length - 1, Math.max(0, place + by));
    given.goTo(shown[wanted] ?? 0);
  };
  const canOpen = (tree.below[active] ?? 0) > 0;
  const isOpen = canOpen && !closed.has(active);
  const deeper = () => {
    if (!canOpen) return;
    if (isOpen) step(1);
    else given.toggle(active);
  };
  const higher = () => {
    if (isOpen) given.toggle(active);
    else if ((tree.parent[active] ?? -1) >= 0) given.goTo(tree.parent[active] ?? 0);
  };
  const actions = new Map<string, () => void>([
    ["ArrowDown", () => step(1)],
    ["ArrowUp", () => step(-1)],
    ["PageDown", () => step(PAGE_ROWS)],
    ["PageUp", () => step(-PAGE_ROWS)],
    ["Home", () => step(-shown.length)],
    ["End", () => step(shown.length)],
    ["ArrowRight", deeper],
    ["ArrowLeft", higher],
    ["Enter", () => given.choose(active)],
    [" ", () => given.choose(active)],
    ["Escape", given.leave],
    ["e", () => given.next("error", 1)],
    ["E", () => given.next("error", -1)],
    ["n", () => given.next("match", 1)],
    ["N", () => given.next("match", -1)],
    ["+", () => given.zoom("in")],
    ["-", () => given.zoom("out")],
    ["0", () => given.zoom("all")],
  ]);
  return (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const action = actions.get(event.key);
    if (!action) return;
    event.preventDefault();
    action();
  };
}

/** Where a row is among those that are shown; rows ascend. */
export function placeOf(shown: Int32Array, row: number): number {
  let low = 0;
  let high = shown.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((shown[middle] ?? 0) < row) low = middle + 1;
    else high = middle;
  }
  return Math.min(low, shown.length - 1);
}
