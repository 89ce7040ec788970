import { Button, Group, Input, SegmentedControl, Select, Stack, Text } from "@mantine/core";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { type EntityKind, isSearch, type SearchHit, useHits } from "@/api/search";
import { texts } from "@/texts";
import { Answer } from "@/ui/Answer";
import { type Changes, changed } from "@/ui/changes";
import { Empty } from "@/ui/Empty";
import { PageHeader } from "@/ui/PageHeader";
import { WordsInput } from "@/ui/WordsInput";
import type { SearchSearch } from "./address";
import { HitCard } from "./HitCard";
import classes from "./search.module.css";

const said = texts.search;
const route = getRouteApi("/search");
const ALL = "all";

/** Everything that has the words, best first, with why each was found. */
export function SearchPage() {
  const wanted = route.useSearch();
  const navigate = useNavigate({ from: "/search" });
  const sought = { ...wanted, words: wanted.words ?? "" };
  const hits = useHits(sought);
  const found = useMemo(() => hits.data?.pages.flatMap((page) => page.hits) ?? [], [hits.data]);
  const change = (changes: Changes<SearchSearch>) =>
    void navigate({ search: (before) => changed(before, changes), replace: true });
  return (
    <>
      <PageHeader title={said.title} about={said.about} />
      <Stack gap="md">
        <Filters wanted={wanted} found={found} change={change} />
        {isSearch(sought) ? (
          <Answer
            question={hits}
            empty={{
              when: (data) => data.pages[0]?.hits.length === 0,
              show: <Empty title={said.nothing(sought.words)}>{said.nothingHint}</Empty>,
            }}
            partial={(data) => data.pages.find((page) => page.partial)?.reason}
          >
            {() => (
              <Stack gap="xs">
                <Text size="sm" c="dimmed" role="status">
                  {said.found(found.length)}
                  {hits.hasNextPage && "+"}
                </Text>
                <ol className={classes.hits}>
                  {found.map((hit) => (
                    <HitCard key={hit.id} hit={hit} />
                  ))}
                </ol>
                {hits.hasNextPage && (
                  <Group>
                    <Button
                      size="xs"
                      variant="default"
                      loading={hits.isFetchingNextPage}
                      onClick={() => void hits.fetchNextPage()}
                    >
                      {said.more}
                    </Button>
                  </Group>
                )}
              </Stack>
            )}
          </Answer>
        ) : (
          <Empty title={said.start}>{said.startHint}</Empty>
        )}
      </Stack>
    </>
  );
}

interface FiltersProps {
  wanted: SearchSearch;
  found: readonly SearchHit[];
  change: (changes: Changes<SearchSearch>) => void;
}

function Filters({ wanted, found, change }: FiltersProps) {
  return (
    <search className={classes.filters}>
      <div className={classes.words}>
        <WordsInput
          label={said.words}
          placeholder={said.wordsHint}
          value={wanted.words ?? ""}
          onWords={(words) => change({ words: words || undefined })}
        />
      </div>
      <div>
        <Input.Label component="div" aria-hidden>
          {said.kind}
        </Input.Label>
        <SegmentedControl
          aria-label={said.kind}
          value={wanted.kind ?? ALL}
          data={[
            { value: ALL, label: said.kindAll },
            { value: "dataset", label: said.kindDatasets },
            { value: "job", label: said.kindJobs },
          ]}
          onChange={(kind) => change({ kind: kind === ALL ? undefined : (kind as EntityKind) })}
        />
      </div>
      <Choice
        label={said.namespace}
        value={wanted.namespace}
        known={found.map((hit) => hit.namespace)}
        onChange={(namespace) => change({ namespace })}
      />
      <Choice
        label={said.tag}
        value={wanted.tag}
        known={found.flatMap((hit) => hit.tags)}
        onChange={(tag) => change({ tag })}
      />
      <Choice
        label={said.owner}
        value={wanted.owner}
        known={found.flatMap((hit) => hit.owners)}
        onChange={(owner) => change({ owner })}
      />
    </search>
  );
}

interface ChoiceProps {
  label: string;
  value: string | undefined;
  known: readonly string[];
  onChange: (value: string | undefined) => void;
}

/** One of what the results have; left out where there is nothing to choose. */
function Choice({ label, value, known, onChange }: ChoiceProps) {
  const choices = [...new Set([...known, ...(value ? [value] : [])])].sort();
  if (choices.length === 0) return null;
  return (
    <Select
      label={label}
      placeholder={said.any}
      data={choices}
      value={value ?? null}
      onChange={(chosen) => onChange(chosen ?? undefined)}
      clearable
      searchable
    />
  );
}
