import { texts } from "@/texts";
import classes from "./badge.module.css";
import type { BadgeTone } from "./ToneBadge";

const TONES: Record<string, BadgeTone> = {
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
  const words: Record<string, string> = texts.shared.states;
  return (
    <span className={classes.badge} data-tone={TONES[known] ?? "idle"}>
      {words[known] ?? known.toLowerCase()}
    </span>
  );
}
