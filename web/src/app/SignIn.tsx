import { Button, Container, Paper, PasswordInput, Text, Title } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useSignIn } from "@/api/session";
import { texts } from "@/texts";

const said = texts.shell;

/** Asks for a token. */
export function SignIn() {
  const [token, setToken] = useState("");
  const signIn = useSignIn();

  function submit(event: FormEvent) {
    event.preventDefault();
    signIn.mutate(token.trim());
  }

  return (
    <Container size="xs" py="xl" component="main">
      <Paper withBorder p="lg">
        <form onSubmit={submit}>
          <Title order={1} size="h3">
            {said.name}
          </Title>
          <Text c="dimmed" size="sm" my="sm">
            {said.signInHint}
          </Text>
          <PasswordInput
            label={said.token}
            value={token}
            onChange={(event) => setToken(event.currentTarget.value)}
            error={signIn.isError ? said.tokenWrong : undefined}
            autoComplete="off"
            required
          />
          <Button type="submit" mt="md" loading={signIn.isPending}>
            {said.signIn}
          </Button>
        </form>
      </Paper>
    </Container>
  );
}
