import { Alert, Anchor, Button, Group, Stack, Text, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useRouter } from "@tanstack/react-router";
import { texts } from "@/texts";
import { Answer, Failed } from "@/ui/Answer";
import { Name } from "@/ui/Name";
import { PipelineForm } from "./PipelineForm";
import { useLakeJobs, usePipelines, useRunJob } from "./questions";

const said = texts.jobs;

interface StartPanelProps {
  only: { kind: "job" | "pipeline"; name: string } | undefined;
  close: () => void;
}

/** What can be run here: jobs of the lake at a click, pipelines with their parameters. */
export function StartPanel({ only, close }: StartPanelProps) {
  const router = useRouter();
  // Notifications stand outside of the router, so a link in one is told where it leads.
  const tell = (title: string, id: string) => {
    const place = { to: "/runs/run", search: { id } } as const;
    close();
    notifications.show({
      title,
      message: (
        <Anchor
          href={router.buildLocation(place).publicHref}
          onClick={(event) => {
            event.preventDefault();
            void router.navigate(place);
          }}
        >
          {said.toRun}
        </Anchor>
      ),
      autoClose: 10_000,
      closeButtonProps: { "aria-label": texts.shared.close },
    });
  };
  return (
    <Stack gap="lg">
      {only?.kind !== "pipeline" && <LakeJobs name={only?.name} tell={tell} />}
      {only?.kind !== "job" && <Pipelines name={only?.name} tell={tell} />}
    </Stack>
  );
}

interface PartProps {
  name: string | undefined;
  tell: (title: string, id: string) => void;
}

function LakeJobs({ name, tell }: PartProps) {
  const jobs = useLakeJobs(true);
  const run = useRunJob();
  const ask = (job: string) =>
    run.mutate(job, { onSuccess: (accepted) => tell(said.asked, accepted.run_id) });
  return (
    <section aria-label={said.jobsOfLake}>
      <Title order={2} size="h5" mb="xs">
        {said.jobsOfLake}
      </Title>
      {run.error && <Failed error={run.error} />}
      <Answer question={jobs}>
        {(data) => (
          <Stack gap="xs">
            {data
              .filter((job) => name === undefined || job.name === name)
              .map((job) => (
                <Group key={job.name} justify="space-between" wrap="nowrap" align="flex-start">
                  <div>
                    <Text size="sm" fw={600}>
                      <Name of={job.name} />
                    </Text>
                    <Text size="xs" c="dimmed">
                      {job.description}
                    </Text>
                  </div>
                  <Button
                    size="xs"
                    variant="default"
                    style={{ flexShrink: 0 }}
                    aria-label={`${said.runNow}: ${job.name}`}
                    loading={run.isPending && run.variables === job.name}
                    onClick={() => ask(job.name)}
                  >
                    {said.runNow}
                  </Button>
                </Group>
              ))}
          </Stack>
        )}
      </Answer>
    </section>
  );
}

function Pipelines({ name, tell }: PartProps) {
  const pipelines = usePipelines(true);
  return (
    <section aria-label={said.pipelines}>
      <Title order={2} size="h5" mb="xs">
        {said.pipelines}
      </Title>
      <Answer
        question={pipelines}
        empty={{
          when: (data) => data.pipelines.length === 0,
          show: <Alert>{said.noPipelines}</Alert>,
        }}
      >
        {(data) => (
          <Stack gap="md">
            {data.pipelines
              .filter((one) => name === undefined || one.name === name)
              .map((one) => (
                <PipelineForm
                  key={one.name}
                  pipeline={one}
                  isOpen={name !== undefined}
                  onStart={(id) => tell(said.started, id)}
                />
              ))}
          </Stack>
        )}
      </Answer>
    </section>
  );
}
