import { Alert, Badge, Button, Group, Select, Stack } from "@mantine/core";
import { IconArrowsLeftRight, IconEqual } from "@tabler/icons-react";
import { getRouteApi } from "@tanstack/react-router";
import { texts } from "@/texts";
import { Answer } from "@/ui/Answer";
import { Empty } from "@/ui/Empty";
import { JobLink } from "@/ui/links";
import { PageHeader } from "@/ui/PageHeader";
import { momentOf, spanOf } from "@/ui/time";
import { ComparedChanges } from "./ComparedChanges";
import { ComparedNumbers } from "./ComparedNumbers";
import { ComparedRuns } from "./ComparedRuns";
import { differencesOf } from "./compare";
import { type Run, type RunComparison, useComparison, useRun } from "./questions";
import { SqlDifference } from "./SqlDifference";

const said = texts.runs;
const route = getRouteApi("/runs/compare");

/** Two runs of a job side by side: what each did, and what is different. */
export function ComparePage() {
  const { id, with: other } = route.useSearch();
  const navigate = route.useNavigate();
  const run = useRun({ id });
  const question = useComparison(id, other);
  const go = (before: string, after: string | undefined) =>
    void navigate({ search: { id: before, ...(after && { with: after }) } });
  const job = run.data?.job;
  return (
    <>
      <PageHeader
        title={said.compareTitle}
        about={job && <JobLink {...job}>{said.compareAbout(job.name)}</JobLink>}
      >
        {other && (
          <Button
            variant="default"
            leftSection={<IconArrowsLeftRight size={16} />}
            onClick={() => go(other, id)}
          >
            {said.swap}
          </Button>
        )}
      </PageHeader>
      <Answer question={run}>
        {(whole) => <Choice run={whole} before={id} after={other} go={go} />}
      </Answer>
      {other === undefined ? (
        <Empty title={said.chooseTwo} />
      ) : (
        <Answer question={question} partial={(found) => found.difference.reason}>
          {(found) => <Comparison found={found} />}
        </Answer>
      )}
    </>
  );
}

interface ChoiceProps {
  run: Run;
  before: string;
  after: string | undefined;
  go: (before: string, after: string | undefined) => void;
}

function Choice({ run, before, after, go }: ChoiceProps) {
  const known = run.recent.map((one) => ({ value: one.id, label: wordsOf(one) }));
  const listed = new Set(known.map((one) => one.value));
  const missing = [before, after].filter((id) => id !== undefined && !listed.has(id));
  const data = [...known, ...missing.map((id) => ({ value: id ?? "", label: id ?? "" }))];
  return (
    <Group grow preventGrowOverflow={false} mb="md" align="flex-end">
      <Select
        label={said.chooseBefore}
        data={data}
        value={before}
        allowDeselect={false}
        searchable
        onChange={(id) => id && go(id, after)}
      />
      <Select
        label={said.chooseAfter}
        data={data}
        value={after ?? null}
        allowDeselect={false}
        searchable
        onChange={(id) => id && go(before, id)}
      />
    </Group>
  );
}

function wordsOf(run: Run["recent"][number]): string {
  const at = run.started_at ?? run.ended_at;
  const parts = [
    at === null ? run.id : momentOf(at),
    texts.shared.states[run.state],
    run.duration_ms === null ? "" : spanOf(run.duration_ms / 1000),
    run.id.slice(-8),
  ];
  return parts.filter(Boolean).join(" · ");
}

function Comparison({ found }: { found: RunComparison }) {
  const ways = differencesOf(found);
  return (
    <Stack gap="lg">
      {ways.length === 0 ? (
        <Alert color="var(--hw-good)" icon={<IconEqual />} title={said.same} />
      ) : (
        <Alert color="var(--hw-warn)" icon={<IconArrowsLeftRight />} title={said.different}>
          <Group gap="xs">
            {ways.map((way) => (
              <Badge key={way} variant="default" tt="none">
                {way}
              </Badge>
            ))}
          </Group>
        </Alert>
      )}
      <ComparedRuns found={found} />
      <ComparedNumbers found={found} />
      <SqlDifference before={found.sql_before} after={found.sql_after} />
      <ComparedChanges found={found} />
    </Stack>
  );
}
