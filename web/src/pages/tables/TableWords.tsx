import { Group, Paper, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { texts } from "@/texts";
import { FoldedList } from "@/ui/FoldedList";
import { JobLink } from "@/ui/links";
import { RunState } from "@/ui/RunState";
import { Description } from "./Description";
import type { DatasetHead } from "./questions";
import classes from "./tables.module.css";
import { Words } from "./Words";

const said = texts.tables;

/** What people and events say of a dataset, and which jobs write and read it. */
export function TableWords({ head }: { head: DatasetHead }) {
  const { namespace, name } = head;
  const isOpen = head.known && !head.deleted;
  return (
    <div className={classes.strip}>
      <Part title={said.description}>
        <Description namespace={namespace} name={name} said={head.description} isOpen={isOpen} />
      </Part>
      <Part title={said.writtenBy}>
        <Jobs label={said.writtenBy} jobs={head.writers} own={namespace} none={said.nobodyWrites} />
      </Part>
      <Part title={said.readBy}>
        <Jobs label={said.readBy} jobs={head.readers} own={namespace} none={said.nobodyReads} />
      </Part>
      <Part title={said.people}>
        <Stack gap="xs">
          <Words kind="tag" namespace={namespace} name={name} said={head.tags} isOpen={isOpen} />
          <Words
            kind="owner"
            namespace={namespace}
            name={name}
            said={head.owners}
            isOpen={isOpen}
          />
        </Stack>
      </Part>
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Paper withBorder p="sm" component="section" aria-label={title}>
      <Text component="h2" size="xs" fw={600} c="dimmed" mb={4}>
        {title}
      </Text>
      {children}
    </Paper>
  );
}

interface JobsProps {
  label: string;
  jobs: DatasetHead["writers"];
  own: string;
  none: string;
}

function Jobs({ label, jobs, own, none }: JobsProps) {
  if (jobs.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {none}
      </Text>
    );
  }
  return (
    <div className={classes.jobs}>
      <FoldedList label={label}>
        {jobs.map((job) => (
          <Group
            key={`${job.namespace}\n${job.name}`}
            gap={6}
            wrap="nowrap"
            justify="space-between"
            align="baseline"
          >
            <span>
              {job.namespace !== own && (
                <Text span size="xs" c="dimmed">
                  {job.namespace}{" "}
                </Text>
              )}
              <JobLink namespace={job.namespace} name={job.name} />
            </span>
            <span className={classes.state}>
              <RunState state={job.state} />
            </span>
          </Group>
        ))}
      </FoldedList>
    </div>
  );
}
