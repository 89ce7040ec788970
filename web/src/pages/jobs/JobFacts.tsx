import { Badge, Group, Paper, SimpleGrid } from "@mantine/core";
import { texts } from "@/texts";
import { CodeLink } from "@/ui/CodeLink";
import { Facts } from "@/ui/Facts";
import { JobLink } from "@/ui/links";
import { Moment } from "@/ui/Moment";
import { NameList } from "@/ui/NameList";
import type { Job } from "./questions";

const said = texts.jobs;

/** What a job is, beside what it reads and what it writes. */
export function JobFacts({ job }: { job: Job }) {
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="sm">
      <Paper withBorder p="md" bg="var(--hw-surface)">
        <Facts
          facts={[
            [said.inputs, <Datasets key="inputs" job={job} side="inputs" />],
            [said.outputs, <Datasets key="outputs" job={job} side="outputs" />],
          ]}
        />
      </Paper>
      <Paper withBorder p="md" bg="var(--hw-surface)">
        <Facts
          facts={[
            [said.kind, kindOf(job)],
            [
              said.parent,
              job.parent && (
                <JobLink namespace={job.parent.namespace} name={job.parent.name} key="parent" />
              ),
            ],
            [said.owners, job.owners.length > 0 && <Owners key="owners" job={job} />],
            [said.tags, job.tags.length > 0 && <Tags key="tags" job={job} />],
            [said.code, job.code && <CodeLink key="code" code={job.code} />],
            [said.firstSeen, <Moment key="first" at={job.created_at} />],
            [said.lastSeen, <Moment key="last" at={job.updated_at} />],
          ].map(([label, value]) => [String(label), value || null] as const)}
        />
      </Paper>
    </SimpleGrid>
  );
}

function Datasets({ job, side }: { job: Job; side: "inputs" | "outputs" }) {
  const none = side === "inputs" ? said.nothingRead : said.nothingWritten;
  return <NameList label={said[side]} names={job[side]} none={none} own={job.namespace} />;
}

function Owners({ job }: { job: Job }) {
  return (
    <>{job.owners.map((one) => (one.type ? `${one.name} (${one.type})` : one.name)).join(", ")}</>
  );
}

function Tags({ job }: { job: Job }) {
  return (
    <Group gap={4}>
      {job.tags.map((tag) => (
        <Badge key={tag} size="sm" variant="default" tt="none">
          {tag}
        </Badge>
      ))}
    </Group>
  );
}

function kindOf(job: Job): string {
  const { integration, kind, processing } = job.kind;
  return [integration, kind, processing]
    .filter((word) => word !== null)
    .join(" · ")
    .toLowerCase();
}
