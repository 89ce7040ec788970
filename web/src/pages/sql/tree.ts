import type { SqlTable } from "./questions";

/** A table that is shown; `hasColumn` where a column of it is what was found. */
export interface FoundTable {
  table: SqlTable;
  hasColumn: boolean;
}

/** The tables whose name, or a column of which, holds what is sought; all of them for nothing. */
export function foundTables(tables: readonly SqlTable[], words: string): FoundTable[] {
  const sought = words.trim().toLowerCase();
  if (sought === "") return tables.map((table) => ({ table, hasColumn: false }));
  return tables.flatMap((table): FoundTable[] => {
    if (table.table.toLowerCase().includes(sought)) return [{ table, hasColumn: false }];
    const hasColumn = table.columns.some((column) => column.name.toLowerCase().includes(sought));
    return hasColumn ? [{ table, hasColumn }] : [];
  });
}
