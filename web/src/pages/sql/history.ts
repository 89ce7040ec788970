const KEY = "headwater-sql-history";
const MOST = 100;

/** A statement that was run in this browser. */
export interface OwnStatement {
  statement: string;
  at: string;
}

/** The statements that were run in this browser, the latest first. */
export function ownHistory(): OwnStatement[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(found) ? found.filter(isOwn) : [];
  } catch {
    return [];
  }
}

/** Remember a statement; one that was run before moves to the front. */
export function remember(statement: string, at: string): OwnStatement[] {
  const others = ownHistory().filter((one) => one.statement !== statement);
  const all = [{ statement, at }, ...others].slice(0, MOST);
  try {
    localStorage.setItem(KEY, JSON.stringify(all));
  } catch {
    return all; // a browser that keeps nothing still shows what was run since the page was opened
  }
  return all;
}

function isOwn(value: unknown): value is OwnStatement {
  const one = value as Partial<OwnStatement> | null;
  return typeof one?.statement === "string" && typeof one.at === "string";
}
