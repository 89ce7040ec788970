import { texts } from "@/texts";
import classes from "./tables.module.css";

/** The zone of a table as a word in its colour; of what is not in the lake, the word for that. */
export function ZoneMark({ zone }: { zone: string | null }) {
  const words: Record<string, string> = texts.tables.zones;
  return (
    <span className={classes.zone} data-zone={zone ?? "other"}>
      {zone === null ? texts.tables.other : (words[zone] ?? zone)}
    </span>
  );
}
