import { Fragment, type ReactNode } from "react";
import classes from "./links.module.css";
import { namePieces } from "./namePieces";

/** The name of a dataset, a job, a column: where it is longer than a line it ends between words. */
export function Name({ of }: { of: string }) {
  return <span className={classes.name}>{wrapping(of)}</span>;
}

/** A name with places where a line may end; for elements that have the class of names themselves. */
export function wrapping(name: string): ReactNode {
  const pieces = namePieces(name);
  if (pieces.length < 2) return name;
  return pieces.map((piece, place) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a name is never sorted
    <Fragment key={place}>
      {place > 0 && <wbr />}
      {piece}
    </Fragment>
  ));
}
