import type { ReactNode } from "react";
import classes from "./badge.module.css";

/** How something is to be taken. */
export type BadgeTone = "good" | "warn" | "bad" | "busy" | "idle";

/** A word in the colour of how it is to be taken; the word says it too. */
export function ToneBadge({ tone, children }: { tone: BadgeTone; children: ReactNode }) {
  return (
    <span className={`${classes.badge} ${classes.word}`} data-tone={tone}>
      {children}
    </span>
  );
}
