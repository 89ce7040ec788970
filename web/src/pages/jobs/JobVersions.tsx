import { Group, Text } from "@mantine/core";
import { useMemo } from "react";
import { texts } from "@/texts";
import { RunLink } from "@/ui/links";
import { Moment } from "@/ui/Moment";
import { NameList } from "@/ui/NameList";
import { type PlainColumn, PlainTable } from "@/ui/PlainTable";
import { RunState } from "@/ui/RunState";
import type { JobVersion } from "./questions";

const said = texts.jobs;

interface JobVersionsProps {
  versions: readonly JobVersion[];
  namespace: string;
}

/** What a job has read and written at a time: a version for each set of inputs and outputs. */
export function JobVersions({ versions, namespace }: JobVersionsProps) {
  const columns = useMemo<PlainColumn<JobVersion>[]>(
    () => [
      {
        id: "version",
        title: said.versionOf,
        render: (one) => (
          <Text span size="xs" ff="monospace" title={one.version}>
            {one.version.slice(0, 8)}
          </Text>
        ),
      },
      { id: "since", title: said.since, render: (one) => <Moment at={one.created_at} /> },
      { id: "last", title: said.lastOf, render: (one) => <Last version={one} /> },
      {
        id: "inputs",
        title: said.inputs,
        render: (one) => (
          <NameList label={said.inputs} names={one.inputs} own={namespace} none="–" />
        ),
      },
      {
        id: "outputs",
        title: said.outputs,
        render: (one) => (
          <NameList label={said.outputs} names={one.outputs} own={namespace} none="–" />
        ),
      },
    ],
    [namespace],
  );
  return (
    <PlainTable
      caption={said.versions}
      columns={columns}
      rows={versions}
      rowId={(one) => one.version}
    />
  );
}

function Last({ version }: { version: JobVersion }) {
  const run = version.latest_run;
  if (run === null) return <>–</>;
  return (
    <Group gap="xs" wrap="nowrap">
      <RunState state={run.state} />
      <RunLink id={run.id}>
        <Moment at={run.ended_at ?? run.started_at} />
      </RunLink>
    </Group>
  );
}
