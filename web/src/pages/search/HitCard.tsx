import { Badge, Group, Text } from "@mantine/core";
import { IconDatabase, IconSettingsAutomation } from "@tabler/icons-react";
import type { SearchHit } from "@/api/search";
import { texts } from "@/texts";
import { JobLink, LineageLink, TableLink } from "@/ui/links";
import { Marked } from "@/ui/Marked";
import { Moment } from "@/ui/Moment";
import classes from "./search.module.css";

const said = texts.search;

/** A result: what it is, and where it has the words. */
export function HitCard({ hit }: { hit: SearchHit }) {
  const { namespace, name } = hit;
  const Icon = hit.kind === "job" ? IconSettingsAutomation : IconDatabase;
  const Page = hit.kind === "job" ? JobLink : TableLink;
  const inName = hit.matches.find((match) => match.field === "name" && match.text === name);
  const others = hit.matches.filter((match) => match !== inName);
  const isDescribed = others.some((match) => match.field === "description");
  const fields: Record<string, string> = said.fields;
  return (
    <li className={classes.hit}>
      <Icon size={18} aria-hidden className={classes.icon} />
      <div className={classes.about}>
        <Group gap="xs" style={{ rowGap: 0 }}>
          <Text span fw={600}>
            <Page namespace={namespace} name={name}>
              <Marked text={name} spans={inName?.spans ?? []} />
            </Page>
          </Text>
          <Text span size="sm" c="dimmed">
            {said.kinds[hit.kind]} · {namespace}
          </Text>
          {hit.tags.map((tag) => (
            <Badge key={tag} variant="default" tt="none" size="sm">
              {tag}
            </Badge>
          ))}
          {hit.owners.map((owner) => (
            <Text span size="xs" c="dimmed" key={owner}>
              {owner}
            </Text>
          ))}
        </Group>
        {hit.description && !isDescribed && (
          <Text size="sm" lineClamp={2}>
            {hit.description}
          </Text>
        )}
        {others.map((match) => (
          <Text size="sm" key={`${match.field} ${match.text}`} className={classes.match}>
            <Text span size="xs" c="dimmed">
              {fields[match.field] ?? match.field}
            </Text>{" "}
            <Marked text={match.text} spans={match.spans} />
          </Text>
        ))}
      </div>
      <div className={classes.aside}>
        <LineageLink kind={hit.kind} namespace={namespace} name={name}>
          {said.lineage}
        </LineageLink>
        <Text size="xs" c="dimmed">
          {said.updated} <Moment at={hit.updated_at} />
        </Text>
      </div>
    </li>
  );
}
