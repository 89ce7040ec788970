import { Anchor, Container, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { texts } from "@/texts";

/** Shown for an address that no page has. */
export function NotFound() {
  const said = texts.shell;
  return (
    <Container py="xl">
      <Title order={1}>{said.notFound}</Title>
      <Text my="md">{said.notFoundHint}</Text>
      <Anchor renderRoot={(props) => <Link to="/" {...props} />}>{said.home}</Anchor>
    </Container>
  );
}
