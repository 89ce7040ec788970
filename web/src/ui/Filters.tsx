import type { ReactNode } from "react";
import classes from "./Filters.module.css";

/** What chooses the rows of a list: in a row, on a phone two by two; `data-wide` takes both. */
export function Filters({ children }: { children: ReactNode }) {
  return <search className={classes.filters}>{children}</search>;
}
