import { IconFilter } from "@tabler/icons-react";
import { Fragment } from "react";
import { texts } from "@/texts";
import { PageLink } from "@/ui/links";
import classes from "./traces.module.css";

const said = texts.trace;

interface AttributesProps {
  attributes: Readonly<Record<string, string>>;
}

/** Keys with their values; each leads to the traces that have it too. */
export function Attributes({ attributes }: AttributesProps) {
  const pairs = Object.entries(attributes).sort(([one], [other]) => one.localeCompare(other));
  if (pairs.length === 0) return <span className={classes.none}>{said.none}</span>;
  return (
    <dl className={classes.attributes}>
      {pairs.map(([key, value]) => (
        <div key={key}>
          <dt>{breakable(key)}</dt>
          <dd>
            {value}
            <span className={classes.like} title={said.tracesWith(`${key}: ${value}`)}>
              <PageLink to="/traces" search={{ attributes: [`${key}:${value}`] as never }}>
                <IconFilter size={13} role="img" aria-label={said.tracesWith(`${key}: ${value}`)} />
              </PageLink>
            </span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** A key that may break after its dots. */
function breakable(key: string) {
  const parts = key.split(/(?<=[._])/);
  return parts.map((part, number) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: parts of a text stay in their places
    <Fragment key={number}>
      {part}
      <wbr />
    </Fragment>
  ));
}
