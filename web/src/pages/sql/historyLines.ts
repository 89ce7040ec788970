import type { OwnStatement } from "./history";
import type { UsedStatement } from "./questions";

/** A statement of the history: what the server knows of it last, when it was asked last. */
export interface HistoryLine {
  statement: string;
  at: string;
  used: UsedStatement | undefined;
}

/** Statements each once, the latest first; `isMine` leaves those that this browser asked. */
export function historyLines(
  used: readonly UsedStatement[],
  own: readonly OwnStatement[],
  isMine: boolean,
): HistoryLine[] {
  const mine = new Set(own.map((one) => one.statement));
  const lines = new Map<string, HistoryLine>();
  for (const one of used) {
    const statement = one.statement.trim();
    if (lines.has(statement) || (isMine && !mine.has(statement))) continue;
    lines.set(statement, { statement, at: one.at, used: one });
  }
  for (const { statement, at } of own) {
    if (!lines.has(statement)) lines.set(statement, { statement, at, used: undefined });
  }
  return [...lines.values()].sort((one, other) => other.at.localeCompare(one.at));
}
