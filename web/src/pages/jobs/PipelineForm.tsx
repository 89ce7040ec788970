import { Button, Checkbox, Collapse, Group, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { texts } from "@/texts";
import { Failed } from "@/ui/Answer";
import { firstValues, type Given, parametersOf } from "./parameters";
import { type Pipeline, useStartPipeline } from "./questions";

const said = texts.jobs;

interface PipelineFormProps {
  pipeline: Pipeline;
  isOpen: boolean;
  onStart: (id: string) => void;
}

/** A pipeline with its parameters, to be started. */
export function PipelineForm({ pipeline, isOpen, onStart }: PipelineFormProps) {
  const [isShown, setShown] = useState(isOpen);
  const [given, setGiven] = useState<Given>(() => firstValues(pipeline));
  const start = useStartPipeline();
  const submit = () =>
    start.mutate(
      { pipeline: pipeline.name, parameters: parametersOf(pipeline, given) },
      { onSuccess: (run) => onStart(run.id) },
    );
  return (
    <form
      aria-label={pipeline.name}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <div>
          <Text size="sm" fw={600}>
            {pipeline.name}
          </Text>
          <Text size="xs" c="dimmed">
            {pipeline.description}
          </Text>
          <Text size="xs" c="dimmed">
            {pipeline.stages.map((stage) => stage.name).join(" → ")}
          </Text>
        </div>
        {!isOpen && (
          <Button
            size="xs"
            variant="default"
            style={{ flexShrink: 0 }}
            aria-expanded={isShown}
            onClick={() => setShown(!isShown)}
          >
            {said.startAgain}
          </Button>
        )}
      </Group>
      <Collapse expanded={isShown}>
        <Stack gap="xs" mt="sm">
          {Object.entries(pipeline.parameters).map(([name, parameter]) =>
            parameter.type === "boolean" ? (
              <Checkbox
                key={name}
                label={name}
                description={parameter.description}
                checked={given[name] === true}
                onChange={(event) => setGiven({ ...given, [name]: event.currentTarget.checked })}
              />
            ) : (
              <TextInput
                key={name}
                label={name}
                description={parameter.description}
                required={parameter.is_required}
                value={String(given[name] ?? "")}
                onChange={(event) => setGiven({ ...given, [name]: event.currentTarget.value })}
              />
            ),
          )}
          {start.error && <Failed error={start.error} />}
          <Group justify="flex-end">
            <Button type="submit" size="sm" loading={start.isPending}>
              {said.start}
            </Button>
          </Group>
        </Stack>
      </Collapse>
    </form>
  );
}
