import { Badge } from "@mantine/core";
import type { ReactNode } from "react";

/** How something is to be taken. */
export type BadgeTone = "good" | "warn" | "bad" | "busy" | "idle";

/** A word in the colour of how it is to be taken; the word says it too. */
export function ToneBadge({ tone, children }: { tone: BadgeTone; children: ReactNode }) {
  return (
    <Badge
      variant="light"
      tt="none"
      fw={600}
      styles={{
        root: {
          color: `var(--hw-${tone})`,
          background: `var(--hw-${tone}-soft)`,
          minWidth: "max-content",
        },
      }}
    >
      {children}
    </Badge>
  );
}
