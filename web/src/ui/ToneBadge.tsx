import type { ReactNode } from "react";
import classes from "./badge.module.css";

/** How something is to be taken. */
export type BadgeTone = "good" | "warn" | "bad" | "busy" | "idle";

interface ToneBadgeProps {
  tone?: BadgeTone;
  /** Whether it stands in a line of a list, where it is to be small. */
  isSmall?: boolean;
  title?: string;
  children: ReactNode;
}

/** A word in the colour of how it is to be taken; the word says it too. */
export function ToneBadge({ tone = "idle", isSmall = false, title, children }: ToneBadgeProps) {
  return (
    <span
      className={`${classes.badge} ${isSmall ? classes.small : classes.word}`}
      data-tone={tone}
      title={title}
    >
      {children}
    </span>
  );
}
