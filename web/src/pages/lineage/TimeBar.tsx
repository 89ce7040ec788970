import { Button, NativeSelect, Slider, TextInput } from "@mantine/core";
import { IconClock } from "@tabler/icons-react";
import { useState } from "react";
import { texts } from "@/texts";
import { isoOf, localOf } from "@/ui/localTime";
import { momentOf, spanOf } from "@/ui/time";
import classes from "./LineagePage.module.css";
import type { Moves } from "./moves";

const said = texts.lineage;
const STEPS = 100;
const SECONDS = { hour: 3_600, day: 86_400, week: 604_800, month: 2_592_000, year: 31_536_000 };
type Span = keyof typeof SECONDS;

/** The graph as it was: a slider that reaches back, and the exact time. */
export function TimeBar({ moves: { search, change } }: { moves: Moves }) {
  const [span, setSpan] = useState<Span>(() => spanFor(search.at));
  const [held, setHeld] = useState<number | null>(null);
  const at = search.at;
  const value = held ?? (at ? STEPS - Math.min(STEPS, (ageOf(at) / SECONDS[span]) * STEPS) : STEPS);
  const ago = ((STEPS - value) / STEPS) * SECONDS[span];
  const go = (seconds: number) => {
    setHeld(null);
    const time = seconds < 1 ? undefined : new Date(Date.now() - seconds * 1000).toISOString();
    change({ at: time });
  };
  return (
    <div className={classes.time} data-past={at !== undefined || undefined}>
      <span className={classes.field}>
        <IconClock size={15} aria-hidden />
        {said.time} <strong>{at ? momentOf(at) : said.now}</strong>
      </span>
      <Slider
        className={classes.slider ?? ""}
        size="sm"
        min={0}
        max={STEPS}
        step={1}
        value={value}
        thumbLabel={said.timeSlider}
        label={ago < 1 ? said.now : texts.shared.ago(spanOf(ago))}
        onChange={setHeld}
        onChangeEnd={(end) => go(((STEPS - end) / STEPS) * SECONDS[span])}
      />
      <NativeSelect
        size="xs"
        aria-label={said.timeSpan}
        value={span}
        data={Object.entries(said.timeSpans).map(([one, text]) => ({ value: one, label: text }))}
        onChange={(event) => setSpan(event.currentTarget.value as Span)}
      />
      <TextInput
        size="xs"
        type="datetime-local"
        step={1}
        aria-label={said.timeExact}
        value={localOf(at, "second")}
        onChange={(event) => change({ at: isoOf(event.currentTarget.value) })}
      />
      {at && (
        <Button size="compact-xs" variant="default" onClick={() => change({ at: undefined })}>
          {said.backToNow}
        </Button>
      )}
    </div>
  );
}

function ageOf(at: string): number {
  return Math.max(0, (Date.now() - Date.parse(at)) / 1000);
}

function spanFor(at: string | undefined): Span {
  const spans = Object.keys(SECONDS) as Span[];
  if (!at) return "week";
  return spans.find((one) => SECONDS[one] >= ageOf(at)) ?? "year";
}
