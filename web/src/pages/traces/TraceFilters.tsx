import {
  Button,
  Collapse,
  NumberInput,
  Paper,
  Select,
  SimpleGrid,
  Switch,
  TagsInput,
} from "@mantine/core";
import { useDebouncedCallback, useDisclosure } from "@mantine/hooks";
import { IconFilter } from "@tabler/icons-react";
import { texts } from "@/texts";
import type { Changes } from "@/ui/changes";
import { EntityPicker } from "@/ui/EntityPicker";
import { WordsInput } from "@/ui/WordsInput";
import { type TracesSearch, type Window, windows } from "./address";

const said = texts.traces;
const DEBOUNCE_MILLISECONDS = 350;

interface FiltersProps {
  wanted: TracesSearch;
  services: readonly string[];
  operations: readonly string[];
  onChange: (changes: Changes<TracesSearch>) => void;
  /** Take all filters away, where there are some. */
  onClear: (() => void) | undefined;
}

/** What traces can be asked for; each change asks at once. Behind a button on narrow screens. */
export function TraceFilters(props: FiltersProps) {
  const [isOpen, { toggle }] = useDisclosure();
  return (
    <Paper withBorder p="sm" component="search" aria-label={said.filters}>
      <Button
        hiddenFrom="sm"
        size="xs"
        variant="default"
        leftSection={<IconFilter size={14} />}
        aria-expanded={isOpen}
        onClick={toggle}
      >
        {said.filters}
      </Button>
      <SimpleGrid
        visibleFrom="sm"
        cols={{ base: 2, md: 3, lg: 6 }}
        spacing="sm"
        verticalSpacing="xs"
      >
        <Fields {...props} />
      </SimpleGrid>
      <Collapse expanded={isOpen} hiddenFrom="sm">
        <SimpleGrid cols={1} spacing="xs" mt="xs">
          {isOpen && <Fields {...props} />}
        </SimpleGrid>
      </Collapse>
    </Paper>
  );
}

function Fields({ wanted, services, operations, onChange, onClear }: FiltersProps) {
  return (
    <>
      <Select
        size="xs"
        label={said.service}
        placeholder={said.any}
        data={withChosen(services, wanted.service)}
        value={wanted.service ?? null}
        onChange={(service) => onChange({ service: service ?? undefined, operation: undefined })}
        searchable
        clearable
      />
      <Select
        size="xs"
        label={said.operation}
        placeholder={wanted.service ? said.any : said.operationHint}
        disabled={!wanted.service && !wanted.operation}
        data={withChosen(operations, wanted.operation)}
        value={wanted.operation ?? null}
        onChange={(operation) => onChange({ operation: operation ?? undefined })}
        searchable
        clearable
      />
      <EntityPicker
        kind="job"
        label={said.job}
        value={named(wanted.jobNamespace, wanted.job)}
        onChange={(one) => onChange({ job: one?.name, jobNamespace: one?.namespace })}
      />
      <EntityPicker
        kind="dataset"
        label={said.dataset}
        title={said.datasetHint}
        value={named(wanted.datasetNamespace, wanted.dataset)}
        onChange={(one) => onChange({ dataset: one?.name, datasetNamespace: one?.namespace })}
      />
      <Select
        size="xs"
        label={said.time}
        placeholder={said.anyTime}
        data={windows.map((one) => ({ value: one, label: said.windows[one] }))}
        value={wanted.window ?? null}
        onChange={(window) => onChange({ window: (window as Window | null) ?? undefined })}
        clearable
      />
      <WordsInput
        size="xs"
        label={said.run}
        placeholder={said.any}
        value={wanted.run ?? ""}
        onWords={(run) => onChange({ run: run || undefined })}
      />
      <TagsInput
        size="xs"
        label={said.attributes}
        placeholder={said.attributesHint}
        value={wanted.attributes ?? []}
        isDuplicate={(one, all) => !one.includes(":") || all.includes(one)}
        onChange={(all) => onChange({ attributes: all.length ? all : undefined })}
        clearable
      />
      <Milliseconds
        label={said.longer}
        value={wanted.minMs}
        onChange={(minMs) => onChange({ minMs })}
      />
      <Milliseconds
        label={said.shorter}
        value={wanted.maxMs}
        onChange={(maxMs) => onChange({ maxMs })}
      />
      <Switch
        size="sm"
        mt={26}
        label={said.errorsOnly}
        checked={wanted.errors ?? false}
        onChange={(event) => onChange({ errors: event.currentTarget.checked || undefined })}
      />
      {onClear && (
        <Button size="xs" mt={22} variant="default" onClick={onClear}>
          {said.clear}
        </Button>
      )}
    </>
  );
}

function withChosen(known: readonly string[], chosen: string | undefined): string[] {
  return chosen && !known.includes(chosen) ? [chosen, ...known] : [...known];
}

function named(namespace: string | undefined, name: string | undefined) {
  return name ? { namespace: namespace ?? "headwater", name } : undefined;
}

interface MillisecondsProps {
  label: string;
  value: number | undefined;
  onChange: (value: number | undefined) => void;
}

function Milliseconds({ label, value, onChange }: MillisecondsProps) {
  const tell = useDebouncedCallback(onChange, DEBOUNCE_MILLISECONDS);
  return (
    <NumberInput
      size="xs"
      label={label}
      placeholder={said.any}
      min={0}
      hideControls
      value={value ?? ""}
      onChange={(given) => tell(typeof given === "number" ? given : undefined)}
    />
  );
}
