import { Link } from "@tanstack/react-router";
import type { Search } from "./links";
import classes from "./Subpages.module.css";

interface Subpage {
  to: string;
  title: string;
  search?: Search;
}

/** Links to the pages that belong together, the one that is open marked. */
export function Subpages({ label, pages }: { label: string; pages: readonly Subpage[] }) {
  return (
    <ul aria-label={label} className={classes.pages}>
      {pages.map(({ to, title, search = {} }) => (
        <li key={to}>
          <Link
            to={to as "/"}
            search={search as never}
            className={classes.page}
            activeOptions={{ exact: true, includeSearch: false }}
          >
            {title}
          </Link>
        </li>
      ))}
    </ul>
  );
}
