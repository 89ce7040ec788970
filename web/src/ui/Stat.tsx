import { Paper, Text } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./Stat.module.css";

/** How a figure is to be taken. */
export type Tone = "good" | "warn" | "bad" | "busy";

interface StatProps {
  label: string;
  /** The figure, as text or as a link to what it counts. */
  value: ReactNode;
  /** What makes the figure readable: a unit, a span, a comparison. */
  note?: ReactNode;
  tone?: Tone | undefined;
}

/** A figure with its label, for rows of them at the head of a page; put them into `Stats`. */
export function Stat({ label, value, note, tone }: StatProps) {
  return (
    <Paper withBorder className={classes.stat} data-tone={tone}>
      <Text component="dt" className={classes.label}>
        {label}
      </Text>
      <dd className={classes.value}>
        {value}
        {note && (
          <Text span className={classes.note}>
            {note}
          </Text>
        )}
      </dd>
    </Paper>
  );
}

/** Figures side by side, as many as fit. */
export function Stats({ children }: { children: ReactNode }) {
  return <dl className={classes.stats}>{children}</dl>;
}
