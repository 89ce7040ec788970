import { Text } from "@mantine/core";
import { texts } from "@/texts";
import { FoldedList } from "./FoldedList";
import { TableLink } from "./links";
import { Name } from "./Name";

interface NameListProps {
  /** What the list is of, for people who cannot see where it stands. */
  label: string;
  names: readonly { namespace: string; name: string }[];
  /** What is said where there are none. */
  none?: string;
  /** The namespace that need not be said, because it is that of what the list belongs to. */
  own?: string;
}

/** Datasets as links, a line each. */
export function NameList({ label, names, none = texts.shared.nothing, own }: NameListProps) {
  if (names.length === 0) {
    return (
      <Text span size="sm" c="dimmed">
        {none}
      </Text>
    );
  }
  return (
    <FoldedList label={label}>
      {names.map((one) => (
        <div key={`${one.namespace}\n${one.name}`}>
          {one.namespace !== own && (
            <Text size="xs" c="dimmed">
              <Name of={one.namespace} />
            </Text>
          )}
          <TableLink namespace={one.namespace} name={one.name} />
        </div>
      ))}
    </FoldedList>
  );
}
