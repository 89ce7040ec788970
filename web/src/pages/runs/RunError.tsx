import { Alert, Button, Collapse, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconAlertTriangle } from "@tabler/icons-react";
import { texts } from "@/texts";
import { CodeView } from "@/ui/CodeView";
import { RunLink } from "@/ui/links";
import { causesOf } from "./causes";
import type { Run } from "./questions";

const said = texts.runs;

/** Why a run failed: its own error with the stack, and which of the runs below it failed. */
export function RunError({ run }: { run: Run }) {
  const failed = causesOf(run);
  if (run.error === null && failed.length === 0) return null;
  return (
    <Alert
      color="var(--hw-bad)"
      icon={<IconAlertTriangle />}
      title={said.error}
      styles={{
        root: { background: "var(--hw-surface)", borderLeft: "3px solid var(--hw-bad)" },
        title: { color: "var(--hw-bad)" },
      }}
    >
      <Stack gap="xs">
        {run.error && (
          <Text size="sm" style={{ overflowWrap: "anywhere", whiteSpace: "pre-wrap" }}>
            {run.error.message}
          </Text>
        )}
        {failed.length > 0 && (
          <div>
            <Text size="sm" fw={600}>
              {said.failedChildren}
            </Text>
            {failed.map((child) => (
              <Text key={`${child.id}\n${child.job.name}`} size="sm">
                <RunLink id={child.id} isInText>
                  {child.job.name}
                </RunLink>
                {child.error && <>: {child.error.message}</>}
              </Text>
            ))}
          </div>
        )}
        {run.error?.stack_trace && <StackTrace stack={run.error.stack_trace} />}
      </Stack>
    </Alert>
  );
}

function StackTrace({ stack }: { stack: string }) {
  const [isOpen, { toggle }] = useDisclosure();
  return (
    <div>
      <Button size="compact-sm" variant="default" aria-expanded={isOpen} onClick={toggle}>
        {isOpen ? said.hideStack : said.showStack}
      </Button>
      <Collapse expanded={isOpen}>
        <div style={{ marginTop: 8 }}>
          <CodeView code={stack} label={said.stack} maxHeight={360} />
        </div>
      </Collapse>
    </div>
  );
}
