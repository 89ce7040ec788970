import { Group, List, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { texts } from "@/texts";
import { Answer } from "@/ui/Answer";
import { Empty } from "@/ui/Empty";
import { JobLink, RunLink, TableLink } from "@/ui/links";
import { Moment } from "@/ui/Moment";
import { ToneBadge } from "@/ui/ToneBadge";
import {
  type DatasetHead,
  type SchemaVersion,
  useLakeSchemaHistory,
  useSchemaHistory,
} from "./questions";
import { changeInWords } from "./schemaWords";
import classes from "./tables.module.css";

const said = texts.tables;

/** How the columns changed, what of it breaks readers, and who is downstream of that. */
export function SchemaTab({ head }: { head: DatasetHead }) {
  return head.known ? <Told head={head} /> : <Stored table={head.name} />;
}

function Told({ head }: { head: DatasetHead }) {
  const question = useSchemaHistory(head.namespace, head.name);
  return (
    <Answer
      question={question}
      empty={{
        when: (data) => data.versions.length === 0,
        show: <Empty title={said.noSchema}>{said.noSchemaHint}</Empty>,
      }}
    >
      {(data) => (
        <>
          {data.total === 1 && <Text c="dimmed">{said.schemaSteady}</Text>}
          {data.versions.map((version) => (
            <Version key={version.number} version={version} run={version.run?.id ?? null}>
              {version.downstream && <Downstream downstream={version.downstream} />}
            </Version>
          ))}
        </>
      )}
    </Answer>
  );
}

/** Of a table that no event named: what its own metadata keep. */
function Stored({ table }: { table: string }) {
  const question = useLakeSchemaHistory(table);
  return (
    <Answer question={question}>
      {(data) =>
        data.versions.map((version) => (
          <Version key={version.number} version={version} run={version.run} />
        ))
      }
    </Answer>
  );
}

interface VersionProps {
  version: Pick<SchemaVersion, "number" | "since" | "changes"> & {
    columns: readonly { name: string; type: string | null }[];
  };
  run: string | null;
  children?: ReactNode;
}

function Version({ version, run, children }: VersionProps) {
  const { number, since, changes, columns } = version;
  return (
    <section className={classes.version} aria-label={said.version(number)}>
      <Group gap="xs" align="baseline">
        <Text component="h3" fw={600} size="sm">
          {said.version(number)}
        </Text>
        {changes.some((change) => change.breaking) && (
          <ToneBadge tone="bad">{said.breaking}</ToneBadge>
        )}
        <Text size="sm" c="dimmed" component="div" className={classes.prose}>
          {said.since} <Moment at={since} />
          {run && (
            <>
              {" "}
              {said.byRun} <RunLink id={run} />
            </>
          )}
        </Text>
      </Group>
      {changes.length === 0 ? (
        <Text size="sm">{said.firstVersion(columns.length)}</Text>
      ) : (
        <List size="sm" className={classes.changes}>
          {changes.map((change) => (
            <List.Item key={`${change.change}\n${change.column}`}>
              {changeInWords(change)}{" "}
              {change.breaking && <ToneBadge tone="bad">{said.breaking}</ToneBadge>}
            </List.Item>
          ))}
        </List>
      )}
      {children}
      <details>
        <summary>
          <Text span size="xs" c="var(--hw-accent)">
            {said.columnsThen(columns.length)}
          </Text>
        </summary>
        <ul className={classes.ends}>
          {columns.map((column) => (
            <li key={column.name} className={classes.mono}>
              {column.name}{" "}
              <Text span size="xs" c="dimmed">
                {column.type}
              </Text>
            </li>
          ))}
        </ul>
      </details>
    </section>
  );
}

function Downstream({ downstream }: { downstream: NonNullable<SchemaVersion["downstream"]> }) {
  const { datasets, jobs, owners, reason } = downstream;
  if (datasets.length + jobs.length === 0) return null;
  return (
    <>
      <Text size="sm" fw={600} mt="xs">
        {said.affected}
      </Text>
      <ul className={classes.ends}>
        {datasets.map((one) => (
          <li key={`${one.namespace}\n${one.name}`}>
            <TableLink namespace={one.namespace} name={one.name} />
          </li>
        ))}
        {jobs.map((one) => (
          <li key={`${one.namespace}\n${one.name}`}>
            <JobLink namespace={one.namespace} name={one.name} />
          </li>
        ))}
      </ul>
      {owners.length > 0 && (
        <Text size="xs" c="dimmed">
          {said.owners}: {owners.join(", ")}
        </Text>
      )}
      {reason && (
        <Text size="xs" c="var(--hw-warn)">
          {reason}
        </Text>
      )}
    </>
  );
}
