import type { Search } from "./links";

/** A page that was opened from the search, to be offered again. */
export interface Recent {
  kind: string;
  title: string;
  detail: string;
  to: string;
  search: Search;
}

const KEY = "headwater.recent";
const MOST = 8;

/** What was opened lately, the latest first; nothing where the browser keeps nothing. */
export function recentPages(): Recent[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter(isRecent) : [];
  } catch {
    return [];
  }
}

/** Remember a page that was opened. */
export function rememberPage(opened: Recent): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(withRecent(recentPages(), opened)));
  } catch {
    // A browser that keeps nothing still searches.
  }
}

/** A list with one more at its head, once, no longer than is useful. */
export function withRecent(before: readonly Recent[], opened: Recent): Recent[] {
  const others = before.filter((one) => addressOf(one) !== addressOf(opened));
  return [opened, ...others].slice(0, MOST);
}

function addressOf(page: Recent): string {
  return `${page.to} ${JSON.stringify(page.search)}`;
}

function isRecent(value: unknown): value is Recent {
  if (typeof value !== "object" || value === null) return false;
  const { kind, title, detail, to, search } = value as Record<string, unknown>;
  const isText = [kind, title, detail, to].every((one) => typeof one === "string");
  return isText && typeof search === "object" && search !== null;
}
