import { useMemo } from "react";
import { texts } from "@/texts";
import { Answer } from "@/ui/Answer";
import { Chart } from "@/ui/Chart";
import type { Along, Series } from "@/ui/chart/data";
import { Note } from "@/ui/Note";
import { type RecordRate, useRate } from "./questions";

const said = texts.ingest;
const HEIGHT = 200;

/** How fast records come, minute by minute; it moves by itself. */
export function RateChart({ source }: { source?: string }) {
  const rate = useRate(source);
  return (
    <Answer question={rate}>
      {(found) => <Bars rate={found} title={source ? said.rateOf(source) : said.rate} />}
    </Answer>
  );
}

function Bars({ rate, title }: { rate: RecordRate; title: string }) {
  const along = useMemo<Along>(() => ({ kind: "time", values: rate.times }), [rate]);
  const series = useMemo<Series[]>(
    () => [
      { name: said.accepted, values: rate.accepted },
      { name: said.rejected, values: rate.rejected, colour: "bad" },
    ],
    [rate],
  );
  const isQuiet = [...rate.accepted, ...rate.rejected].every((count) => count === 0);
  return (
    <>
      <Chart
        title={title}
        kind="bar"
        along={along}
        series={series}
        isStacked
        isCount
        height={HEIGHT}
      />
      {isQuiet && <Note>{said.quiet}</Note>}
    </>
  );
}
