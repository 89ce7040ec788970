import type { ColumnInfo, GraphNode } from "./model";

/** What can be shown on cards beside the name. */
export const layers = [
  "state",
  "freshness",
  "rows",
  "quality",
  "tags",
  "owner",
  "columns",
] as const;
export type Layer = (typeof layers)[number];

/** Sizes in pixels of the parts of a card; the stylesheet has the same. */
export const CARD = { width: 268, head: 44, fact: 20, column: 20, search: 30, foot: 8 } as const;

export const FEW_COLUMNS = 5;
export const MOST_COLUMNS_IN_SIGHT = 14;

export interface CardStyle {
  layers: ReadonlySet<Layer>;
  /** Whether all columns of this card are open. */
  isWide: boolean;
  /** Columns that stand first, and whether values flow there. */
  lit?: ReadonlyMap<string, boolean> | undefined;
  /** Only columns with this in their name. */
  words?: string | undefined;
}

/** Facts that stand side by side on a card; the others have a line of their own. */
const SHORT: readonly Layer[] = ["freshness", "rows", "quality"];

/** The facts of a card line by line: of the chosen layers those that have something to say. */
export function factLines(node: GraphNode, chosen: ReadonlySet<Layer>): Layer[][] {
  const has = (layer: Layer) => chosen.has(layer) && isKnown(node, layer);
  const short = SHORT.filter(has);
  const lines: Layer[][] = [];
  for (let place = 0; place < short.length; place += 2) lines.push(short.slice(place, place + 2));
  if (has("tags")) lines.push(["tags"]);
  if (has("owner")) lines.push(["owner"]);
  return lines;
}

function isKnown(node: GraphNode, layer: Layer): boolean {
  if (node.kind === "group") return false;
  if (layer === "freshness") return node.at !== null;
  if (layer === "rows") return node.rows !== null;
  if (layer === "quality") return node.testsPassed + node.testsFailed > 0;
  if (layer === "tags") return node.tags.length > 0;
  return layer === "owner" && node.owners.length > 0;
}

/** The columns of a card in the order of the card: those that are lit first. */
export function columnsOf(node: GraphNode, style: CardStyle): readonly ColumnInfo[] {
  if (!style.layers.has("columns") || node.columns.length === 0) return [];
  const words = style.words?.trim().toLowerCase();
  const found = words
    ? node.columns.filter((one) => one.name.toLowerCase().includes(words))
    : node.columns;
  const lit = style.lit;
  const ordered = lit?.size
    ? [...found].sort((a, b) => rank(lit, b.name) - rank(lit, a.name))
    : found;
  return style.isWide ? ordered : ordered.slice(0, FEW_COLUMNS);
}

function rank(lit: ReadonlyMap<string, boolean>, column: string): number {
  return lit.get(column) ? 2 : Number(lit.has(column));
}

/** How high the columns of a card are at most before they scroll inside it. */
export function columnsHeight(count: number): number {
  return Math.min(count, MOST_COLUMNS_IN_SIGHT) * CARD.column;
}

/** The size of a card; it does not depend on what is lit or searched, so that nothing jumps. */
export function sizeOf(node: GraphNode, style: CardStyle): { width: number; height: number } {
  let height = CARD.head + factLines(node, style.layers).length * CARD.fact + CARD.foot;
  if (style.layers.has("columns") && node.columns.length > 0) {
    const shown = style.isWide ? node.columns.length : Math.min(node.columns.length, FEW_COLUMNS);
    height += columnsHeight(shown);
    if (style.isWide && node.columns.length > FEW_COLUMNS) height += CARD.search;
    if (node.columnCount > FEW_COLUMNS) height += CARD.column;
  }
  return { width: CARD.width, height };
}

/** Where the line of a column meets its card, from the top of the card; null if it is not there. */
export function columnTop(node: GraphNode, style: CardStyle, column: string): number | null {
  const place = columnsOf(node, style).findIndex((one) => one.name === column);
  if (place < 0 || place >= MOST_COLUMNS_IN_SIGHT) return null;
  const search = style.isWide && node.columns.length > FEW_COLUMNS ? CARD.search : 0;
  const facts = factLines(node, style.layers).length * CARD.fact;
  return CARD.head + facts + search + (place + 0.5) * CARD.column;
}
