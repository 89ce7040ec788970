import { Text } from "@mantine/core";
import { useMemo } from "react";
import { texts } from "@/texts";
import { Section } from "@/ui/Section";
import { type DiffLine, diffLines } from "./compare";
import classes from "./SqlDifference.module.css";

const said = texts.runs;
const SIGNS: Record<DiffLine["kind"], string> = { same: "", gone: "−", new: "+" };

interface SqlDifferenceProps {
  before: string | null;
  after: string | null;
}

/** The SQL of two runs line by line, with what came and went. */
export function SqlDifference({ before, after }: SqlDifferenceProps) {
  const lines = useMemo(() => diffLines(before ?? "", after ?? ""), [before, after]);
  if (before === null && after === null) return null;
  if (before === after) {
    return (
      <Section title={said.sqlChanges}>
        <Text size="sm" c="dimmed">
          {said.sqlSame}
        </Text>
      </Section>
    );
  }
  return (
    <Section title={said.sqlChanges}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <div className={classes.diff} tabIndex={0}>
        <table className={classes.table}>
          <caption className={classes.hidden}>{said.sqlChanges}</caption>
          <tbody>
            {lines.map((line) => (
              <tr
                key={`${line.before} ${line.after}`}
                className={line.kind === "same" ? undefined : classes[line.kind]}
              >
                <td className={classes.number}>{line.before}</td>
                <td className={classes.number}>{line.after}</td>
                <td className={classes.sign}>{SIGNS[line.kind]}</td>
                <td className={classes.text}>{line.text}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}
