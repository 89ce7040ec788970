import { Text } from "@mantine/core";
import { texts } from "@/texts";
import { TableLink } from "./links";

interface NameListProps {
  names: readonly { namespace: string; name: string }[];
  /** What is said where there are none. */
  none?: string;
  /** The namespace that need not be said, because it is that of what the list belongs to. */
  own?: string;
}

/** Datasets as links, a line each. */
export function NameList({ names, none = texts.shared.nothing, own }: NameListProps) {
  if (names.length === 0) {
    return (
      <Text span size="sm" c="dimmed">
        {none}
      </Text>
    );
  }
  return (
    <ul style={{ listStyle: "none", margin: 0, padding: 0 }}>
      {names.map((one) => (
        <li
          key={`${one.namespace}\n${one.name}`}
          style={{ overflowWrap: "anywhere", lineHeight: "24px" }}
        >
          {one.namespace !== own && (
            <Text size="xs" c="dimmed">
              {one.namespace}
            </Text>
          )}
          <TableLink namespace={one.namespace} name={one.name} />
        </li>
      ))}
    </ul>
  );
}
