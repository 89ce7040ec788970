import { IconDatabase, IconSettingsAutomation } from "@tabler/icons-react";
import type { SearchHit } from "@/api/search";
import { texts } from "@/texts";
import { JobLink, LineageLink, TableLink } from "@/ui/links";
import { Marked } from "@/ui/Marked";
import { Moment } from "@/ui/Moment";
import { Note } from "@/ui/Note";
import { TagBadge } from "@/ui/TagBadge";
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
        <div className={classes.head}>
          <span className={classes.called}>
            <Page namespace={namespace} name={name}>
              <Marked text={name} spans={inName?.spans ?? []} isName />
            </Page>
          </span>
          <span className={classes.kind}>
            {said.kinds[hit.kind]} · {namespace}
          </span>
          {hit.tags.map((tag) => (
            <TagBadge key={tag} size="sm">
              {tag}
            </TagBadge>
          ))}
          {hit.owners.map((owner) => (
            <Note key={owner} isInline>
              {owner}
            </Note>
          ))}
        </div>
        {hit.description && !isDescribed && (
          <div className={classes.description}>{hit.description}</div>
        )}
        {others.map((match) => (
          <div key={`${match.field} ${match.text}`} className={classes.match}>
            <Note isInline>{fields[match.field] ?? match.field}</Note>{" "}
            <Marked text={match.text} spans={match.spans} />
          </div>
        ))}
      </div>
      <div className={classes.aside}>
        <LineageLink kind={hit.kind} namespace={namespace} name={name}>
          {said.lineage}
        </LineageLink>
        <Note>
          {said.updated} <Moment at={hit.updated_at} />
        </Note>
      </div>
    </li>
  );
}
