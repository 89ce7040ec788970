import { Group, Stack, Text } from "@mantine/core";
import { useSearch } from "@tanstack/react-router";
import { texts } from "@/texts";
import { Answer } from "@/ui/Answer";
import { Empty } from "@/ui/Empty";
import { PageLink } from "@/ui/links";
import { countOf } from "@/ui/numbers";
import { PageHeader } from "@/ui/PageHeader";
import { Panel } from "@/ui/Panel";
import { IngestPages } from "./IngestPages";
import classes from "./ingest.module.css";
import { useReasons } from "./questions";
import { ReasonsTable } from "./ReasonsTable";
import { RecordPanel } from "./RecordPanel";
import { ReplayAll } from "./ReplayAll";
import { WaitingTable } from "./WaitingTable";

const said = texts.ingest;

/** The records that were not accepted: why, and a way to fix and replay them. */
export function QuarantinePage() {
  const search = useSearch({ from: "/ingest/quarantine" });
  const { source, reason, key } = search;
  const reasons = useReasons(source);
  return (
    <>
      <PageHeader title={said.quarantineTitle} about={said.quarantineAbout} />
      <IngestPages />
      <Answer
        question={reasons}
        empty={{
          when: (data) => data.waiting === 0 && key === undefined,
          show: <Empty title={said.quarantineEmpty}>{said.quarantineEmptyHint}</Empty>,
        }}
        partial={(data) =>
          data.partial ? said.partialReasons(countOf(data.looked_at), countOf(data.waiting)) : null
        }
      >
        {(data) => (
          <Stack gap="md">
            <Panel title={said.reasons} aside={<ReplayAll search={search} found={data} />}>
              <ReasonsTable reasons={data.reasons} chosen={reason} source={source} />
              {(source || reason) && (
                <Group gap="md" mt="xs">
                  {source && (
                    <Text size="sm">
                      {said.source}: {source}
                    </Text>
                  )}
                  <Text size="sm" span>
                    <PageLink to="/ingest/quarantine">{said.showAll}</PageLink>
                  </Text>
                </Group>
              )}
            </Panel>
            <div className={classes.grid}>
              <Panel title={said.recordsOf}>
                <WaitingTable search={search} />
              </Panel>
              <Panel title={said.record}>
                {key === undefined ? (
                  <Text c="dimmed">{said.chooseRecord}</Text>
                ) : (
                  <RecordPanel key={key} name={key} />
                )}
              </Panel>
            </div>
          </Stack>
        )}
      </Answer>
    </>
  );
}
