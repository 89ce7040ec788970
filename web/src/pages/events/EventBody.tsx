import { Text, UnstyledButton } from "@mantine/core";
import { useMemo, useRef, useState } from "react";
import { texts } from "@/texts";
import { CopyButton } from "@/ui/CopyButton";
import { layOut, lineOf } from "@/ui/jsonText";
import { Panel } from "@/ui/Panel";
import classes from "./events.module.css";
import { marksOf } from "./marks";
import type { Finding } from "./questions";

const said = texts.events;

interface EventBodyProps {
  body: string;
  findings: readonly Finding[];
}

/** The JSON of an event with what is off in it: a finding leads to its line. */
export function EventBody({ body, findings }: EventBodyProps) {
  const [here, setHere] = useState<number>();
  const view = useRef<HTMLPreElement>(null);
  const laidOut = useMemo(
    () => layOut(body) ?? { lines: body.split("\n"), places: new Map([["", 0]]) },
    [body],
  );
  const marks = useMemo(() => marksOf(findings, laidOut.places), [findings, laidOut]);

  function show(path: string) {
    const line = lineOf(laidOut.places, path);
    setHere(line);
    const shown = view.current;
    const wanted = shown?.children[line];
    if (!shown || !(wanted instanceof HTMLElement)) return;
    shown.scrollIntoView({ block: "nearest" });
    shown.scrollTop = wanted.offsetTop - shown.offsetTop - shown.clientHeight / 2;
  }

  return (
    <div className={classes.grid}>
      <Panel title={said.body} aside={<CopyButton text={() => laidOut.lines.join("\n")} />}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
        <pre ref={view} className={classes.body} tabIndex={0}>
          {laidOut.lines.map((line, number) => (
            <code
              // biome-ignore lint/suspicious/noArrayIndexKey: a line is known by its number alone
              key={number}
              className={classes.line}
              data-mark={marks.get(number)}
              data-here={number === here || undefined}
            >
              <span className={classes.number} aria-hidden>
                {number + 1}
              </span>
              {line}
            </code>
          ))}
        </pre>
      </Panel>
      <Panel title={`${said.off} (${findings.length})`}>
        <Findings findings={findings} show={show} />
      </Panel>
    </div>
  );
}

/** What is off in an event; each leads to where. */
export function Findings({
  findings,
  show,
}: {
  findings: readonly Finding[];
  show: (path: string) => void;
}) {
  if (findings.length === 0) {
    return (
      <>
        <Text fw={600}>{said.nothingOff}</Text>
        <Text size="sm" c="dimmed">
          {said.nothingOffHint}
        </Text>
      </>
    );
  }
  return (
    <ul className={classes.findings} aria-label={said.off}>
      {findings.map((one) => (
        <li key={`${one.path} ${one.rule} ${one.message}`}>
          <UnstyledButton
            className={classes.finding}
            data-severity={one.severity}
            title={said.showAt(one.path)}
            onClick={() => show(one.path)}
          >
            <strong>{said.severities[one.severity]}</strong>{" "}
            <span className={classes.rule}>{one.rule}</span>
            <span className={classes.path}>{one.path || said.whole}</span>
            {one.message}
          </UnstyledButton>
        </li>
      ))}
    </ul>
  );
}
