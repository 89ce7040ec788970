import { Group, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { Name } from "./Name";
import { useTitle } from "./title";

/** A title that is longer is a name that somebody made up; it is smaller, to leave room. */
const LONG_LETTERS = 60;

interface PageHeaderProps {
  title: string;
  /** A line below the title. */
  about?: ReactNode;
  /** What can be done on the page, at its right. */
  children?: ReactNode;
}

/** The head of every page: its one h1, which is the title of the window too. */
export function PageHeader({ title, about, children }: PageHeaderProps) {
  useTitle(title);
  return (
    <Group justify="space-between" align="flex-start" mb="md" wrap="wrap">
      <div style={{ minWidth: 0, overflowWrap: "anywhere" }}>
        <Title order={1} size={title.length > LONG_LETTERS ? "h4" : "h2"}>
          <Name of={title} />
        </Title>
        {about && (
          <Text component="div" c="dimmed" size="sm">
            {about}
          </Text>
        )}
      </div>
      {children && <Group gap="xs">{children}</Group>}
    </Group>
  );
}
