import { Grid, Paper, Stack, Text, Title } from "@mantine/core";
import { apiRoot } from "@/api/place";
import { texts } from "@/texts";
import { CodeView } from "@/ui/CodeView";
import { firstCommands } from "./commands";

const said = texts.home;

/** How to send the first record, event and span to this server. */
export function FirstSteps() {
  const commands = firstCommands(apiRoot);
  const steps = [
    { title: said.firstRecord, hint: said.firstRecordHint, code: commands.record },
    { title: said.firstEvent, hint: said.firstEventHint, code: commands.event },
    { title: said.firstSpan, hint: said.firstSpanHint, code: commands.span },
  ];
  return (
    <Stack gap="md">
      <div>
        <Title order={2} size="h3">
          {said.first}
        </Title>
        <Text c="dimmed">{said.firstHint}</Text>
      </div>
      {steps.map((step) => (
        <Paper key={step.title} withBorder p="md">
          <Grid>
            <Grid.Col span={{ base: 12, md: 4 }}>
              <Title order={3} size="h5">
                {step.title}
              </Title>
              <Text size="sm" c="dimmed">
                {step.hint}
              </Text>
            </Grid.Col>
            <Grid.Col span={{ base: 12, md: 8 }}>
              <CodeView code={step.code} label={said.command(step.title)} />
            </Grid.Col>
          </Grid>
        </Paper>
      ))}
      <div>
        <Text mb={4}>{said.firstDemo}</Text>
        <CodeView code="headwater demo" label={said.command(said.firstDemo)} />
      </div>
    </Stack>
  );
}
