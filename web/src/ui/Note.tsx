import type { ReactNode } from "react";
import classes from "./Note.module.css";

interface NoteProps {
  children: ReactNode;
  /** Whether it stands in the line of what it is about, and not below it. */
  isInline?: boolean;
  /** Whether what is longer than a line is cut; `title` then says all of it. */
  isOneLine?: boolean;
  title?: string;
}

/** Small soft words beside what matters; a plain element, as rows of long lists have several. */
export function Note({ children, isInline = false, isOneLine = false, title }: NoteProps) {
  const Element = isInline ? "span" : "div";
  return (
    <Element className={isOneLine ? `${classes.note} ${classes.line}` : classes.note} title={title}>
      {children}
    </Element>
  );
}
