import type { SearchHit } from "@/api/search";
import { texts } from "@/texts";
import { pastedOf } from "@/ui/pasted";
import type { Recent } from "@/ui/recent";

/** Something that the palette offers to open. */
export interface Item extends Recent {
  key: string;
  /** Where the words are in the title, in characters. */
  spans: readonly (readonly number[])[];
}

export interface Group {
  title: string;
  items: Item[];
}

/** A page with its name. */
export interface NamedPage {
  to: string;
  title: string;
}

interface Known {
  words: string;
  pages: readonly NamedPage[];
  recent: readonly Recent[];
  hits: readonly SearchHit[];
}

const said = texts.search;

/** What is offered for some words, in groups, the likeliest first. */
export function groupsOf({ words, pages, recent, hits }: Known): Group[] {
  const typed = words.trim();
  if (typed === "") {
    return filled([
      { title: said.recent, items: recent.map((one) => itemOf("recent", one)) },
      { title: said.pages, items: pages.map((page) => pageItem(page, [])) },
    ]);
  }
  const kinds: Record<string, string> = said.kinds;
  const pasted = pastedOf(typed).map((one) =>
    itemOf("pasted", { ...one, detail: kinds[one.kind] ?? "" }),
  );
  return filled([
    { title: said.pasted, items: pasted },
    { title: said.pages, items: pages.flatMap((page) => pageOf(page, typed)) },
    { title: said.lake, items: hits.map(hitItem) },
    { title: said.results, items: [allItem(typed)] },
  ]);
}

function filled(groups: Group[]): Group[] {
  return groups.filter((group) => group.items.length > 0);
}

function itemOf(group: string, one: Recent): Item {
  return { ...one, key: `${group} ${one.to} ${JSON.stringify(one.search)}`, spans: [] };
}

function pageItem(page: NamedPage, spans: Item["spans"]): Item {
  const told = { kind: "page", title: page.title, detail: "", to: page.to, search: {} };
  return { ...itemOf("page", told), spans };
}

/** A page whose name has a word that begins as typed. */
function pageOf(page: NamedPage, typed: string): Item[] {
  const at = ` ${page.title.toLowerCase()}`.indexOf(` ${typed.toLowerCase()}`);
  return at < 0 ? [] : [pageItem(page, [[at, at + typed.length]])];
}

function hitItem(hit: SearchHit): Item {
  const inName = hit.matches.find((match) => match.field === "name" && match.text === hit.name);
  const other = hit.matches.find((match) => match !== inName);
  const fields: Record<string, string> = said.fields;
  const why = inName || !other ? "" : ` · ${fields[other.field] ?? other.field} ${other.text}`;
  return {
    key: hit.id,
    kind: hit.kind,
    title: hit.name,
    detail: `${said.kinds[hit.kind]} · ${hit.namespace}${why}`,
    to: hit.kind === "job" ? "/jobs/job" : "/tables/table",
    search: { namespace: hit.namespace, name: hit.name },
    spans: inName?.spans ?? [],
  };
}

function allItem(words: string): Item {
  const told = { kind: "search", title: said.all(words), detail: "", to: "/search" };
  return itemOf("all", { ...told, search: { words } });
}
