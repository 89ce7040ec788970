import { Group, Text, Title } from "@mantine/core";
import { type ReactNode, useId } from "react";

interface SectionProps {
  title: string;
  /** A few words beside the title. */
  note?: ReactNode;
  children: ReactNode;
}

/** A part of a page under its own heading. */
export function Section({ title, note, children }: SectionProps) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <Group gap="sm" align="baseline" mb={6}>
        <Title order={2} size="h5" id={id}>
          {title}
        </Title>
        {note && (
          <Text component="div" size="xs" c="dimmed">
            {note}
          </Text>
        )}
      </Group>
      {children}
    </section>
  );
}
