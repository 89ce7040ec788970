import { Drawer, Group, Text } from "@mantine/core";
import { texts } from "@/texts";
import { CodeView } from "./CodeView";
import { CopyButton } from "./CopyButton";
import classes from "./ValueGrid.module.css";
import { prettyText, type ValueColumn } from "./values";

const said = texts.grid;

interface RowDetailsProps {
  place: number;
  row: readonly unknown[];
  columns: readonly ValueColumn[];
  onClose: () => void;
}

/** One row in full, a value below the other, each to be copied. */
export function RowDetails({ place, row, columns, onClose }: RowDetailsProps) {
  return (
    <Drawer.Root opened onClose={onClose} position="right" size="md">
      <Drawer.Overlay />
      <Drawer.Content>
        <Drawer.Body pt="md">
          <Group justify="space-between" mb="md">
            <Drawer.Title fw={600}>{said.row(place + 1)}</Drawer.Title>
            <Drawer.CloseButton aria-label={texts.shared.close} />
          </Group>
          <dl style={{ margin: 0 }}>
            {columns.map((column, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: an answer may have columns of one name
              <div key={at} className={classes.value}>
                <dt className={classes.label}>
                  <span>
                    {column.name}{" "}
                    <Text span size="xs" c="dimmed">
                      {column.type.toLowerCase()}
                    </Text>
                  </span>
                  <CopyButton text={prettyText(row[at]).text} label={said.copyOf(column.name)} />
                </dt>
                <Value name={column.name} value={row[at]} />
              </div>
            ))}
          </dl>
        </Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}

function Value({ name, value }: { name: string; value: unknown }) {
  const { text, isJson } = prettyText(value);
  return (
    <dd style={{ margin: 0 }}>
      {isJson ? (
        <CodeView code={text} language="json" label={name} />
      ) : (
        <pre className={classes.text} style={{ fontFamily: "inherit" }}>
          {text}
        </pre>
      )}
    </dd>
  );
}
