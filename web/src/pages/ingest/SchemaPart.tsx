import { Alert, Group, NativeSelect, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { texts } from "@/texts";
import { CodeView } from "@/ui/CodeView";
import { type Column, DataTable } from "@/ui/DataTable";
import { Moment } from "@/ui/Moment";
import { ToneBadge } from "@/ui/ToneBadge";
import { NewVersion } from "./NewVersion";
import type { SchemaVersion } from "./questions";

const said = texts.ingest;

interface SchemaPartProps {
  source: string;
  versions: readonly SchemaVersion[];
  chosen: number | undefined;
  choose: (version: number) => void;
}

/** The schema of a source in its versions, and a way to register the next. */
export function SchemaPart({ source, versions, chosen, choose }: SchemaPartProps) {
  const latest = versions[0];
  const shown = versions.find(({ version }) => version === chosen) ?? latest;
  return (
    <Stack gap="md">
      {latest?.proposed && (
        <Alert color="var(--hw-busy)" title={said.proposedTitle}>
          {said.proposedHint}
        </Alert>
      )}
      {shown === undefined ? (
        <Alert color="var(--hw-busy)" title={said.noSchemaTitle}>
          {said.noSchemaHint}
        </Alert>
      ) : (
        <Version
          shown={shown}
          before={versions.find(({ version }) => version === shown.version - 1)}
          versions={versions}
          choose={choose}
        />
      )}
      <Title order={2} size="h4">
        {said.newVersion}
      </Title>
      <NewVersion source={source} latest={latest} />
    </Stack>
  );
}

interface VersionProps {
  shown: SchemaVersion;
  before: SchemaVersion | undefined;
  versions: readonly SchemaVersion[];
  choose: (version: number) => void;
}

function Version({ shown, before, versions, choose }: VersionProps) {
  const known = before && new Set(before.columns.map(({ field }) => field));
  return (
    <Stack gap="sm">
      <Group gap="md" align="end">
        <NativeSelect
          label={said.versions}
          data={versions.map(({ version, proposed }) => ({
            value: String(version),
            label: said.versionOf(version, proposed),
          }))}
          value={String(shown.version)}
          onChange={(event) => choose(Number(event.currentTarget.value))}
        />
        <Text size="sm" c="dimmed" component="div">
          <Moment at={shown.registered_at} /> · {said.registeredBy(shown.registered_by)} ·{" "}
          {said.identity(shown.dedupe, shown.key.join(", "))}
          {shown.event_time && ` · ${said.eventTime(shown.event_time)}`}
        </Text>
      </Group>
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <DataTable
          caption={said.columnsOf(shown.version)}
          columns={columnsOf(known)}
          rows={shown.columns}
          rowId={(one) => one.field}
        />
        <CodeView
          code={JSON.stringify(shown.schema, null, 2)}
          language="json"
          label={said.schemaJson}
        />
      </SimpleGrid>
    </Stack>
  );
}

type SchemaColumn = SchemaVersion["columns"][number];

function columnsOf(known: ReadonlySet<string> | undefined): Column<SchemaColumn>[] {
  return [
    {
      id: "name",
      title: said.column,
      value: (one) => one.name,
      render: (one) => (
        <>
          {one.name}{" "}
          {known && !known.has(one.field) && <ToneBadge tone="good">{said.newColumn}</ToneBadge>}
        </>
      ),
    },
    { id: "field", title: said.field, value: (one) => one.field },
    { id: "type", title: said.type, value: (one) => one.type },
    {
      id: "required",
      title: said.required,
      value: (one) => one.required,
      render: (one) => (one.required ? said.yes : said.no),
    },
  ];
}
