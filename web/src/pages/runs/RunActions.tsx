import { Button, Menu } from "@mantine/core";
import { IconArrowsDiff, IconTimeline } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { texts } from "@/texts";
import { LineageButton } from "@/ui/LineageButton";
import { LinkButton } from "@/ui/LinkButton";
import { CancelButton } from "./CancelButton";
import { comparable } from "./compare";
import { type Run, useRunTelemetry } from "./questions";

const said = texts.runs;

/** What can be done with a run: see its lineage and its trace, compare it, stop it. */
export function RunActions({ run }: { run: Run }) {
  return (
    <>
      <LineageButton kind="job" namespace={run.job.namespace} name={run.job.name} />
      <TraceButton run={run} />
      <CompareMenu run={run} />
      <CancelButton run={run} />
    </>
  );
}

function TraceButton({ run }: { run: Run }) {
  const { data } = useRunTelemetry(run);
  const trace = data?.traces[0];
  if (trace === undefined) return null;
  // Of a run that failed, the span that failed last is the innermost, as it began last.
  const failed = data?.errors.filter((span) => span.trace_id === trace.trace_id).at(-1);
  const search = { id: trace.trace_id, span: failed?.span_id };
  return (
    <LinkButton to="/traces/trace" search={search} icon={<IconTimeline size={16} />}>
      {said.openTrace}
    </LinkButton>
  );
}

function CompareMenu({ run }: { run: Run }) {
  const choices = comparable(run);
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" leftSection={<IconArrowsDiff size={16} />}>
          {said.compare}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {choices.map(({ words, id }) => (
          <Menu.Item
            key={words}
            renderRoot={(props) => (
              <Link to="/runs/compare" search={{ id, with: run.id }} {...props} />
            )}
          >
            {words}
          </Menu.Item>
        ))}
        <Menu.Item
          renderRoot={(props) => <Link to="/runs/compare" search={{ id: run.id }} {...props} />}
        >
          {said.compareOther}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
