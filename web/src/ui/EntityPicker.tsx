import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { nodeId } from "@/api/node";
import { type EntityKind, useBestHits } from "@/api/search";
import { texts } from "@/texts";

const DEBOUNCE_MILLISECONDS = 150;
const MOST_CHOICES = 12;

interface Named {
  namespace: string;
  name: string;
}

interface EntityPickerProps {
  kind: EntityKind;
  label: string;
  value: Named | undefined;
  onChange: (chosen: Named | undefined) => void;
  title?: string;
}

/** Chooses a job or a dataset out of all that lineage knows, by words of its name. */
export function EntityPicker({ kind, label, value, onChange, title }: EntityPickerProps) {
  const [typed, setTyped] = useState("");
  const [words] = useDebouncedValue(typed, DEBOUNCE_MILLISECONDS);
  const isChosen = value !== undefined && words === value.name;
  const hits = useBestHits({ words: isChosen ? "" : words, kind }, MOST_CHOICES);
  const known = new Map<string, Named>();
  if (value) known.set(nodeId(kind, value.namespace, value.name), value);
  for (const hit of hits.data?.hits ?? []) known.set(hit.id, hit);
  const names = [...known.values()].map((one) => one.name);
  const data = [...known].map(([id, { namespace, name }]) => ({
    value: id,
    label: names.indexOf(name) === names.lastIndexOf(name) ? name : `${name} (${namespace})`,
  }));
  return (
    <Select
      label={label}
      placeholder={texts.shared.search}
      title={title}
      size="xs"
      searchable
      clearable
      limit={MOST_CHOICES}
      data={data}
      filter={({ options }) => options}
      nothingFoundMessage={words && hits.data ? texts.shared.nothing : undefined}
      value={value ? nodeId(kind, value.namespace, value.name) : null}
      onSearchChange={setTyped}
      onChange={(id) => onChange(id ? known.get(id) : undefined)}
    />
  );
}
