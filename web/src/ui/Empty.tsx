import { Paper, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

/** What stands where there is nothing yet: why, and what to do next. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <Paper withBorder p="xl" ta="center">
      <Title order={2} size="h4">
        {title}
      </Title>
      <Text component="div" c="dimmed" mt="xs">
        {children}
      </Text>
    </Paper>
  );
}
