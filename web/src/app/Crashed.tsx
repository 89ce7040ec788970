import { Button, Code, Container, Text, Title } from "@mantine/core";
import { texts } from "@/texts";

/** Shown in place of a page that failed; the frame around it goes on working. */
export function Crashed({ error }: { error: unknown }) {
  const said = texts.shell;
  return (
    <Container py="xl" role="alert">
      <Title order={1}>{said.crashed}</Title>
      <Text my="md">{said.crashedHint}</Text>
      <Code block mb="md">
        {error instanceof Error ? error.message : String(error)}
      </Code>
      <Button onClick={() => window.location.reload()}>{said.reload}</Button>
    </Container>
  );
}
