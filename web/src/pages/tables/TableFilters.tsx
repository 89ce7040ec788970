import { Chip, Group, Input, Select } from "@mantine/core";
import { useId } from "react";
import { texts } from "@/texts";
import { Filters } from "@/ui/Filters";
import { WordsInput } from "@/ui/WordsInput";
import type { TablesSearch } from "./address";
import type { DatasetList } from "./questions";
import classes from "./tables.module.css";

const said = texts.tables;
const ANYWHERE = "";

interface TableFiltersProps {
  search: TablesSearch;
  list: DatasetList | undefined;
  change: (changed: Partial<Record<keyof TablesSearch, string | undefined>>) => void;
}

/** Which datasets are listed: by words, zone and namespace. */
export function TableFilters({ search, list, change }: TableFiltersProps) {
  const label = useId();
  const zones = list?.zones ?? [];
  const namespaces = list?.namespaces ?? [];
  const words: Record<string, string> = said.zones;
  return (
    <Filters>
      <WordsInput
        label={said.words}
        placeholder={said.wordsHint}
        value={search.words ?? ""}
        onWords={(typed) => change({ words: typed })}
      />
      <div data-wide>
        <Input.Label component="div" id={label}>
          {said.zone}
        </Input.Label>
        <Chip.Group
          value={search.zone ?? ANYWHERE}
          onChange={(zone) => change({ zone: String(zone), namespace: undefined })}
        >
          <Group gap={6} mih={36} role="radiogroup" aria-labelledby={label}>
            <Chip value={ANYWHERE} size="sm">
              {said.everywhere}
            </Chip>
            {zones.map(({ name, datasets }) => (
              <Chip key={name} value={name} size="sm" disabled={!datasets && search.zone !== name}>
                {words[name] ?? name} <span className={classes.count}>{datasets}</span>
              </Chip>
            ))}
          </Group>
        </Chip.Group>
      </div>
      {(namespaces.length > 1 || search.namespace) && (
        <Select
          label={said.namespace}
          placeholder={said.anyNamespace}
          data={namespaces.map(({ name, datasets }) => ({
            value: name,
            label: `${name} (${datasets})`,
          }))}
          value={search.namespace ?? null}
          searchable
          clearable
          limit={100}
          onChange={(namespace) => change({ namespace: namespace ?? undefined, zone: undefined })}
        />
      )}
    </Filters>
  );
}
