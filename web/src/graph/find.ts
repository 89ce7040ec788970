import type { GraphNode } from "./model";

const MOST = 8;

/** The nodes of a drawn graph whose name or columns have all the words, best first. */
export function findNodes(nodes: readonly GraphNode[], text: string): GraphNode[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const found: { node: GraphNode; rank: number }[] = [];
  for (const node of nodes) {
    const name = node.name.toLowerCase();
    if (words.every((word) => name.includes(word))) {
      found.push({ node, rank: name.startsWith(words[0] ?? "") ? 0 : 1 });
      continue;
    }
    const columns = node.columns.map((column) => column.name.toLowerCase());
    const has = (word: string) => name.includes(word) || columns.some((one) => one.includes(word));
    if (words.every(has)) found.push({ node, rank: 2 });
  }
  return found
    .sort((a, b) => a.rank - b.rank || a.node.name.localeCompare(b.node.name))
    .slice(0, MOST)
    .map((one) => one.node);
}
