/** What the address of the tables says: a zone or a namespace, and words of what is sought. */
export interface TablesSearch {
  zone?: string;
  namespace?: string;
  words?: string;
}

export const TABLE_TABS = ["columns", "rows", "snapshots", "schema", "quality", "runs"] as const;

export type TableTab = (typeof TABLE_TABS)[number];

/** What the address of one table says: its name, the part shown, the snapshot whose rows are. */
export interface TableSearch {
  namespace: string;
  name: string;
  tab?: TableTab;
  snapshot?: string;
}

type Given = Record<string, unknown>;

export function readTablesSearch(given: Given): TablesSearch {
  const [zone, namespace, words] = [given.zone, given.namespace, given.words].map(textOf);
  return { ...(zone && { zone }), ...(namespace && { namespace }), ...(words && { words }) };
}

export function readTableSearch(given: Given): TableSearch {
  const tab = TABLE_TABS.find((one) => one === given.tab);
  const snapshot = textOf(given.snapshot);
  return {
    namespace: textOf(given.namespace) ?? "",
    name: textOf(given.name) ?? "",
    ...(tab && { tab }),
    ...(snapshot && { snapshot }),
  };
}

/** A word of the address; the router reads one of digits alone as a number. */
function textOf(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}
