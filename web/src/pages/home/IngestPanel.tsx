import { Text } from "@mantine/core";
import { useMemo } from "react";
import { texts } from "@/texts";
import { Chart } from "@/ui/Chart";
import type { Along, Series } from "@/ui/chart/data";
import { PageLink } from "@/ui/links";
import { Panel } from "@/ui/Panel";
import type { Overview } from "./questions";

const said = texts.home;

/** How many records came, half hour by half hour. */
export function IngestPanel({ overview }: { overview: Overview }) {
  const { ingest } = overview;
  const along = useMemo<Along>(() => ({ kind: "time", values: ingest.rate.times }), [ingest]);
  const series = useMemo<Series[]>(() => {
    const accepted = { name: said.accepted, values: ingest.rate.accepted };
    const rejected = { name: said.rejected, values: ingest.rate.rejected, colour: "bad" };
    return ingest.rejected_last_day > 0 ? [accepted, rejected] : [accepted];
  }, [ingest]);
  return (
    <Panel
      title={said.ingest}
      aside={
        <Text span size="sm">
          <PageLink to="/ingest">{said.ingestAll}</PageLink>
        </Text>
      }
    >
      {ingest.last_day + ingest.rejected_last_day === 0 ? (
        <Text c="dimmed">{said.noRecords}</Text>
      ) : (
        <Chart
          title={said.rate}
          kind="bar"
          along={along}
          series={series}
          isStacked
          isCount
          height={180}
        />
      )}
    </Panel>
  );
}
