import { Button, Group, Text } from "@mantine/core";
import type { GraphNode } from "@/graph/model";
import { texts } from "@/texts";
import { spanSince } from "@/ui/time";
import type { Moves } from "./moves";
import type { Drawing } from "./useDrawing";

const said = texts.lineage;
const MOST = 4;

/** Where to begin: the curated tables that changed last. */
export function StartLinks({ drawing, moves }: { drawing: Drawing; moves: Moves }) {
  const tables = latest(drawing.graph?.nodes ?? []);
  return (
    <Group gap={6}>
      <Text size="xs" c="dimmed">
        {tables.length > 0 ? said.recent : said.startNote}
      </Text>
      {tables.map((node) => (
        <Button
          key={node.id}
          size="compact-xs"
          variant="default"
          title={node.description ?? undefined}
          onClick={() => moves.change({ node: node.id, selected: node.id })}
        >
          {node.name}
          {node.at && (
            <Text span size="xs" c="dimmed" ml={6}>
              {spanSince(node.at)}
            </Text>
          )}
        </Button>
      ))}
    </Group>
  );
}

function latest(nodes: readonly GraphNode[]): GraphNode[] {
  const tables = nodes.filter((node) => node.kind === "dataset" && node.at);
  const curated = tables.filter((node) => node.name.startsWith("curated."));
  return (curated.length > 0 ? curated : tables)
    .sort((one, other) => (other.at ?? "").localeCompare(one.at ?? ""))
    .slice(0, MOST);
}
