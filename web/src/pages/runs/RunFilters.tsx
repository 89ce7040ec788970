import { Pill, Select, Switch, TextInput } from "@mantine/core";
import { texts } from "@/texts";
import { Filters } from "@/ui/Filters";
import { isoOf, localOf } from "@/ui/localTime";
import { RUN_STATES, stateOf } from "@/ui/runs";
import { WordsInput } from "@/ui/WordsInput";
import { type RunsSearch, type RunWindow, WINDOWS } from "./address";

const said = texts.runs;
const CHOSEN = "chosen";

interface RunFiltersProps {
  search: RunsSearch;
  change: (changed: RunsSearch) => void;
}

/** Which runs are listed: by job, state and time. */
export function RunFilters({ search, change }: RunFiltersProps) {
  const isChosen = search.since !== undefined || search.until !== undefined;
  const windows = (Object.keys(WINDOWS) as RunWindow[]).map((one) => ({
    value: one as string,
    label: said.windows[one],
  }));
  return (
    <Filters>
      <WordsInput
        label={said.job}
        placeholder={said.jobHint}
        value={search.words ?? ""}
        onWords={(words) => change({ words: words || undefined })}
      />
      <Select
        label={said.state}
        placeholder={said.anyState}
        data={RUN_STATES.map((state) => ({ value: state, label: texts.shared.states[state] }))}
        value={search.state ?? null}
        clearable
        onChange={(state) => change({ state: stateOf(state) })}
      />
      <Select
        label={said.time}
        placeholder={said.anyTime}
        data={[...windows, { value: CHOSEN, label: said.chosenTime }]}
        value={search.window ?? (isChosen ? CHOSEN : null)}
        clearable
        onChange={(value) => change(windowOf(value))}
      />
      {isChosen && <Chosen search={search} change={change} />}
      <Only search={search} change={change} />
      <Switch
        label={said.fold}
        checked={search.fold === true}
        onChange={(event) => change({ fold: event.currentTarget.checked || undefined })}
        mb={8}
      />
    </Filters>
  );
}

/** The one job, or the namespace, that a link led to. */
function Only({ search, change }: RunFiltersProps) {
  const only = search.job ?? search.namespace;
  if (only === undefined) return null;
  const none = { job: undefined, namespace: undefined };
  return (
    <Pill
      size="lg"
      mb={4}
      withRemoveButton
      removeButtonProps={{ "aria-label": said.allJobs, "aria-hidden": false, tabIndex: 0 }}
      onRemove={() => change(none)}
    >
      {search.job ? said.onlyJob(search.job) : said.onlyNamespace(only)}
    </Pill>
  );
}

function Chosen({ search, change }: RunFiltersProps) {
  return (
    <>
      {(["since", "until"] as const).map((side) => (
        <TextInput
          key={side}
          type="datetime-local"
          label={said[side]}
          value={localOf(search[side])}
          onChange={(event) => change({ [side]: isoOf(event.currentTarget.value) })}
        />
      ))}
    </>
  );
}

function windowOf(value: string | null): RunsSearch {
  const none = { window: undefined, since: undefined, until: undefined };
  if (value === null) return none;
  if (value !== CHOSEN) return { ...none, window: value as RunWindow };
  return { ...none, since: new Date(Date.now() - 86_400_000).toISOString() };
}
