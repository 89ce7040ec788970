import { Select } from "@mantine/core";
import { texts } from "@/texts";
import { Filters } from "@/ui/Filters";
import { RUN_STATES, stateOf } from "@/ui/runs";
import { WordsInput } from "@/ui/WordsInput";
import type { JobsSearch } from "./address";

const said = texts.jobs;

interface JobFiltersProps {
  search: JobsSearch;
  namespaces: readonly string[];
  change: (changed: JobsSearch) => void;
}

/** Which jobs are listed: by words, namespace and the state of the last run. */
export function JobFilters({ search, namespaces, change }: JobFiltersProps) {
  const choices = search.namespace ? new Set([search.namespace, ...namespaces]) : namespaces;
  return (
    <Filters>
      <WordsInput
        label={said.words}
        placeholder={said.wordsHint}
        value={search.words ?? ""}
        onWords={(words) => change({ words: words || undefined })}
      />
      <Select
        label={said.namespace}
        placeholder={said.anyNamespace}
        data={[...choices]}
        value={search.namespace ?? null}
        searchable
        clearable
        limit={100}
        onChange={(namespace) => change({ namespace: namespace ?? undefined })}
      />
      <Select
        label={said.state}
        placeholder={said.anyState}
        data={RUN_STATES.map((state) => ({ value: state, label: texts.shared.states[state] }))}
        value={search.state ?? null}
        clearable
        onChange={(state) => change({ state: stateOf(state) })}
      />
    </Filters>
  );
}
