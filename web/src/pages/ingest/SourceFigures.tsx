import { UnstyledButton } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useSession } from "@/api/session";
import { texts } from "@/texts";
import { PageLink } from "@/ui/links";
import { Moment } from "@/ui/Moment";
import { countOf, sizeOf } from "@/ui/numbers";
import { Stat, Stats } from "@/ui/Stat";
import classes from "./ingest.module.css";
import { type SourceLine, useSeal } from "./questions";
import { SchemaState } from "./SourcesTable";

const said = texts.ingest;

/** The figures of a source. */
export function SourceFigures({ source }: { source: SourceLine }) {
  return (
    <Stats>
      <Stat
        label={said.sealed}
        value={countOf(source.records)}
        note={`${sizeOf(source.size_bytes)} · ${countOf(source.segments)} ${said.segments.toLowerCase()}`}
      />
      <Stat
        label={said.unsealed}
        value={countOf(source.unsealed)}
        note={source.unsealed > 0 ? <SealButton /> : said.unsealedHint}
        tone={source.unsealed > 0 ? "busy" : undefined}
      />
      <Stat
        label={said.lastHour}
        value={countOf(source.accepted_last_hour)}
        note={<Moment at={source.received_at} />}
      />
      <Stat
        label={said.rejectedHour}
        value={countOf(source.rejected_last_hour)}
        tone={source.rejected_last_hour > 0 ? "warn" : undefined}
      />
      <Stat
        label={said.quarantined}
        value={
          <PageLink to="/ingest/quarantine" search={{ source: source.source }}>
            {countOf(source.quarantined)}
          </PageLink>
        }
        tone={source.quarantined > 0 ? "warn" : undefined}
      />
      <Stat label={said.schema} value={<SchemaState source={source} />} />
    </Stats>
  );
}

function SealButton() {
  const seal = useSeal();
  const mayRun = useSession().data?.actions.includes("run") ?? true;
  // The button may be gone before the answer is there, as nothing waits any more: a callback of
  // `mutate` would be lost with it, what awaits the answer is not.
  const ask = async () => {
    try {
      const { segments } = await seal.mutateAsync();
      const message = segments.length === 0 ? said.sealNothing : said.sealDone(segments.length);
      notifications.show({ message });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      notifications.show({ message, color: "var(--hw-bad)" });
    }
  };
  return (
    <UnstyledButton
      className={classes.action}
      onClick={() => void ask()}
      disabled={!mayRun || seal.isPending}
      title={mayRun ? undefined : said.mayNotRun}
    >
      {said.sealNow}
    </UnstyledButton>
  );
}
