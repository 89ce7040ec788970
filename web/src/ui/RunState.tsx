import { Badge } from "@mantine/core";
import { texts } from "@/texts";

const COLOURS: Record<string, string> = {
  NEW: "idle",
  RUNNING: "busy",
  COMPLETED: "good",
  COMPLETE: "good",
  FAILED: "bad",
  FAIL: "bad",
  ABORTED: "warn",
  ABORT: "warn",
  CANCELLED: "warn",
};

/** The state of a run in a word and a colour. */
export function RunState({ state }: { state: string | null | undefined }) {
  const known = (state ?? "UNKNOWN").toUpperCase();
  const colour = COLOURS[known] ?? "idle";
  const words: Record<string, string> = texts.shared.states;
  return (
    <Badge
      variant="light"
      tt="none"
      styles={{
        root: {
          minWidth: "max-content",
          color: `var(--hw-${colour})`,
          background: `var(--hw-${colour}-soft)`,
        },
      }}
    >
      {words[known] ?? known.toLowerCase()}
    </Badge>
  );
}
