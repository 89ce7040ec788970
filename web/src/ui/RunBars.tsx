import { type CSSProperties, useState } from "react";
import { texts } from "@/texts";
import { RunLink } from "./links";
import classes from "./RunBars.module.css";
import { colourOf, millisecondsOf, type RunBar } from "./runs";
import { momentOf, spanOf } from "./time";
import { useNow } from "./useNow";

const said = texts.shared.trend;
const LEAST_PERCENT = 8;

interface RunBarsProps {
  /** The newest first, as the server gives them; the newest is drawn at the right. */
  runs: readonly RunBar[];
  /** Large bars lead to their runs; small ones are a picture with words behind it. */
  isLarge?: boolean;
  /** The run whose page this is. */
  current?: string;
}

/** How the last runs of a job went: a bar each, as high as it took long, in the colour of its state. */
export function RunBars({ runs, isLarge = false, current }: RunBarsProps) {
  const now = useNow(runs.some((run) => run.state === "RUNNING"));
  const [isSought, setSought] = useState(isLarge);
  if (runs.length === 0) return <span className={classes.none}>{said.none}</span>;
  const longest = Math.max(1, ...runs.map((run) => millisecondsOf(run, now) ?? 0));
  const drawn = [...runs].reverse().map((run) => {
    const took = millisecondsOf(run, now);
    const height = Math.max(LEAST_PERCENT, (100 * (took ?? 0)) / longest);
    const style = { height: `${height}%`, "--bar-colour": colourOf(run.state) } as CSSProperties;
    // A list has hundreds of small bars, and few are ever pointed at.
    return { run, style, words: isSought ? wordsOf(run, took) : undefined };
  });
  if (!isLarge) {
    return (
      <span
        className={classes.bars}
        role="img"
        aria-label={summaryOf(runs)}
        onPointerEnter={() => setSought(true)}
      >
        {drawn.map(({ run, style, words }) => (
          <span key={run.id} className={classes.bar} style={style} title={words} />
        ))}
      </span>
    );
  }
  const size = { "--bars-height": "84px", "--bars-width": "18px" } as CSSProperties;
  return (
    <div className={`${classes.bars} ${classes.large}`} style={size}>
      {drawn.map(({ run, style, words }) => (
        <RunLink key={run.id} id={run.id}>
          <span
            className={`${classes.link} ${run.id === current ? classes.current : ""}`}
            style={{ height: "84px" }}
            title={words}
          >
            <span className={classes.bar} style={style} role="img" aria-label={words} />
          </span>
        </RunLink>
      ))}
    </div>
  );
}

function wordsOf(run: RunBar, took: number | undefined): string {
  const state = texts.shared.states[run.state];
  const when = run.started_at ?? run.ended_at;
  const parts: string[] = [state];
  if (took !== undefined) parts.push(said.took(spanOf(took / 1000)));
  if (when !== null) parts.push(momentOf(when));
  return parts.join(", ");
}

function summaryOf(runs: readonly RunBar[]): string {
  const counts = new Map<string, number>();
  for (const run of runs) {
    const state: string = texts.shared.states[run.state];
    counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  const parts = [...counts].map(([state, count]) => `${count} ${state}`);
  return said.summary(runs.length, parts.join(", "));
}
