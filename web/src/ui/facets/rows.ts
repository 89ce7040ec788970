/** A line of a tree of JSON as it is drawn: one value, under its name. */
export interface FacetRow {
  /** Where the value stands: names from the top, each percent-encoded, with slashes between. */
  path: string;
  name: string;
  depth: number;
  kind: "object" | "array" | "text" | "number" | "boolean" | "null" | "more";
  /** The value in short, for the line itself. */
  preview: string;
  canOpen: boolean;
  isOpen: boolean;
  value: unknown;
  position: number;
  siblings: number;
}

const LONGEST_PREVIEW = 110;
const LONGEST_TEXT = 160;
export const PORTION = 100;

/** Who made a facet and what describes it: true of every facet, so never in its preview. */
const PROVENANCE = new Set(["_producer", "_schemaURL", "_deleted"]);

/** The lines in sight of a tree of which `open` says what stands open. */
export function rowsOf(value: unknown, open: ReadonlySet<string>): FacetRow[] {
  const rows: FacetRow[] = [];
  addMembers(rows, value, { path: "", depth: 1 }, open);
  return rows;
}

/** The paths of the values that stand right below the top and hold others. */
export function firstPaths(value: unknown): string[] {
  return membersOf(value).flatMap(([name, member]) =>
    isNested(member) ? [`/${encodeURIComponent(name)}`] : [],
  );
}

/** The path above a path, empty for one at the top. */
export function pathAbove(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

function addMembers(
  rows: FacetRow[],
  value: unknown,
  at: { path: string; depth: number },
  open: ReadonlySet<string>,
): void {
  const members = membersOf(value);
  const shown = shownOf(members.length, at.path, open);
  members.slice(0, shown).forEach(([name, member], number) => {
    const path = `${at.path}/${encodeURIComponent(name)}`;
    const kind = kindOf(member);
    const canOpen = isNested(member) || (typeof member === "string" && isLong(member));
    const isOpen = canOpen && open.has(path);
    rows.push({
      path,
      name,
      depth: at.depth,
      kind,
      preview: previewOf(member),
      canOpen,
      isOpen,
      value: member,
      position: number + 1,
      siblings: members.length,
    });
    if (isOpen && isNested(member)) addMembers(rows, member, { path, depth: at.depth + 1 }, open);
  });
  if (shown < members.length) {
    rows.push({
      path: `${at.path}#${shown + PORTION}`,
      name: "",
      depth: at.depth,
      kind: "more",
      preview: String(members.length - shown),
      canOpen: true,
      isOpen: false,
      value: undefined,
      position: shown + 1,
      siblings: members.length,
    });
  }
}

function shownOf(count: number, path: string, open: ReadonlySet<string>): number {
  let shown = PORTION;
  while (shown < count && open.has(`${path}#${shown + PORTION}`)) shown += PORTION;
  return Math.min(shown, count);
}

/** What an object or a list holds, provenance last. */
function membersOf(value: unknown): [string, unknown][] {
  if (Array.isArray(value)) return value.map((one, number) => [String(number), one]);
  if (typeof value !== "object" || value === null) return [];
  const members = Object.entries(value);
  return [
    ...members.filter(([name]) => !PROVENANCE.has(name)),
    ...members.filter(([name]) => PROVENANCE.has(name)),
  ];
}

function isNested(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length > 0;
}

function isLong(text: string): boolean {
  return text.length > LONGEST_TEXT || text.includes("\n");
}

function kindOf(value: unknown): FacetRow["kind"] {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "object") return "object";
  if (typeof value === "string") return "text";
  return typeof value === "boolean" ? "boolean" : "number";
}

function previewOf(value: unknown): string {
  if (typeof value === "string") return cut(value.replace(/\s+/g, " "), LONGEST_TEXT);
  return cut(inShort(value, 0), LONGEST_PREVIEW);
}

function inShort(value: unknown, depth: number): string {
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    if (depth > 1) return `[${value.length}]`;
    return `[${value
      .slice(0, 8)
      .map((one) => inShort(one, depth + 1))
      .join(", ")}${value.length > 8 ? ", …" : ""}]`;
  }
  if (typeof value === "object" && value !== null) {
    const members = membersOf(value).filter(([name]) => !PROVENANCE.has(name));
    if (members.length === 0) return "{}";
    if (depth > 1) return nameIn(value) ?? "{…}";
    const said = members.slice(0, 8).map(([name, one]) => `${name}: ${inShort(one, depth + 1)}`);
    return depth === 0 ? said.join(", ") : `{${said.join(", ")}}`;
  }
  if (typeof value === "string") return cut(value.replace(/\s+/g, " "), 48);
  return String(value);
}

/** What a thing in a list is called, so that lists of columns or owners say what they hold. */
function nameIn(value: object): string | undefined {
  const name = "name" in value ? value.name : undefined;
  return typeof name === "string" ? cut(name, 32) : undefined;
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
