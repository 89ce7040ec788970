import { useRouter } from "@tanstack/react-router";
import type { MouseEvent, ReactNode } from "react";
import { nodeId } from "@/api/node";
import { uiPath } from "@/api/place";
import classes from "./links.module.css";
import { wrapping } from "./Name";

/** What stands behind `?` in the address of a page. */
export type Search = Record<string, string | number | boolean | undefined>;

interface PageLinkProps {
  to: string;
  search?: Search;
  children: ReactNode;
  /** Whether it stands within a text, where colour alone would not tell it from the rest. */
  isInText?: boolean;
  /** Whether it says a name, which may be long. */
  isName?: boolean;
}

/**
 * A link to a page by its address, so that a page can lead to another that it does not import.
 * The addresses stand in the functions below; a test opens each.
 *
 * A plain element: the router's own component is most of the work of a list with many links, as
 * each watches where people are. A page is fetched when its link is pointed at.
 */
export function PageLink(props: PageLinkProps) {
  const { to, search = {}, children, isInText = false, isName = false } = props;
  const name = isName && typeof children === "string" ? children : null;
  const pages = useRouter();
  const address = { to: to as "/", search: search as never };
  const fetchAhead = () => void pages.preloadRoute(address).catch(() => undefined);
  const open = (event: MouseEvent<HTMLAnchorElement>) => {
    if (event.defaultPrevented || !isPlainClick(event)) return;
    event.preventDefault();
    void pages.navigate(address);
  };
  return (
    <a
      href={`${uiPath}${to}${pages.options.stringifySearch(search)}`}
      className={`${classes.link} ${isInText ? classes.inText : ""} ${name ? classes.name : ""}`}
      onClick={open}
      onMouseEnter={fetchAhead}
      onFocus={fetchAhead}
      onTouchStart={fetchAhead}
    >
      {name ? wrapping(name) : children}
    </a>
  );
}

/** Whether a click means to go there, and not to open it beside this page. */
function isPlainClick({ button, metaKey, altKey, ctrlKey, shiftKey }: MouseEvent): boolean {
  return button === 0 && !metaKey && !altKey && !ctrlKey && !shiftKey;
}

interface NamedProps {
  namespace: string;
  name: string;
  children?: ReactNode;
}

/** To the page of a dataset, of the lake or of any producer. */
export function TableLink({ namespace, name, children }: NamedProps) {
  return (
    <PageLink to="/tables/table" search={{ namespace, name }} isName>
      {children ?? name}
    </PageLink>
  );
}

/** To the page of a job. */
export function JobLink({ namespace, name, children }: NamedProps) {
  return (
    <PageLink to="/jobs/job" search={{ namespace, name }} isName>
      {children ?? name}
    </PageLink>
  );
}

interface RunLinkProps {
  id: string;
  children?: ReactNode;
  isInText?: boolean;
}

/** To the page of a run; of its id the end, since ids begin with the time and so look alike. */
export function RunLink({ id, children, isInText = false }: RunLinkProps) {
  return (
    <PageLink to="/runs/run" search={{ id }} isInText={isInText} isName>
      {children ?? <span className={classes.whole}>…{id.slice(-8)}</span>}
    </PageLink>
  );
}

interface TraceLinkProps {
  id: string;
  span?: string;
  children?: ReactNode;
}

/** To the page of a trace, at one of its spans if one is named. */
export function TraceLink({ id, span, children }: TraceLinkProps) {
  return (
    <PageLink to="/traces/trace" search={{ id, span }} isName>
      {children ?? id.slice(0, 8)}
    </PageLink>
  );
}

interface LineageLinkProps {
  kind: "dataset" | "job";
  namespace: string;
  name: string;
  children: ReactNode;
}

/** To the graph around a dataset or a job. */
export function LineageLink({ kind, namespace, name, children }: LineageLinkProps) {
  return (
    <PageLink to="/lineage" search={{ node: nodeId(kind, namespace, name) }}>
      {children}
    </PageLink>
  );
}
