import { Button, Group } from "@mantine/core";
import { texts } from "@/texts";

const said = texts.shared;

interface PageButtonsProps {
  /** Pages of what, for people who cannot see where they stand. */
  label: string;
  /** Behind what this page begins; undefined on the first one. */
  after: string | undefined;
  /** Behind what the next page begins; null on the last one. */
  next: string | null;
  go: (after: string | undefined) => void;
}

/** On to the next page of a long answer, and back to the first one; nothing where it is one. */
export function PageButtons({ label, after, next, go }: PageButtonsProps) {
  if (next === null && after === undefined) return null;
  return (
    <Group component="nav" aria-label={label} justify="flex-end" gap="xs">
      {after !== undefined && (
        <Button size="xs" variant="default" onClick={() => go(undefined)}>
          {said.firstPage}
        </Button>
      )}
      {next !== null && (
        <Button size="xs" variant="default" onClick={() => go(next)}>
          {said.nextPage}
        </Button>
      )}
    </Group>
  );
}
