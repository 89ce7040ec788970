import { Button, Group, Stack, Text } from "@mantine/core";
import { IconAffiliate } from "@tabler/icons-react";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { texts } from "@/texts";
import { Answer } from "@/ui/Answer";
import { type Changes, changed } from "@/ui/changes";
import { Empty } from "@/ui/Empty";
import { LinkButton } from "@/ui/LinkButton";
import { PageHeader } from "@/ui/PageHeader";
import type { TracesSearch } from "./address";
import { type FoundTraces, USUAL_TRACES, useTraces } from "./questions";
import { TraceFilters } from "./TraceFilters";
import { TraceList } from "./TraceList";
import { TraceScatter } from "./TraceScatter";

const said = texts.traces;
const MORE_TIMES = 5;
const route = getRouteApi("/traces");

/** Traces by what is known of them, as a list and over time. */
export function TracesPage() {
  const wanted = route.useSearch();
  const navigate = useNavigate({ from: "/traces" });
  const traces = useTraces(wanted);
  const change = (changes: Changes<TracesSearch>) =>
    void navigate({ search: (before) => changed(before, changes), replace: true });
  const clear = () => void navigate({ search: {} });
  const isFiltered = Object.keys(wanted).some((key) => key !== "limit");
  return (
    <>
      <PageHeader title={said.title} about={said.about}>
        <LinkButton to="/traces/map" icon={<IconAffiliate size={16} />}>
          {said.map}
        </LinkButton>
      </PageHeader>
      <Stack gap="sm">
        <TraceFilters
          wanted={wanted}
          services={traces.data?.services ?? []}
          operations={traces.data?.operations ?? []}
          onChange={change}
          onClear={isFiltered ? clear : undefined}
        />
        <Answer
          question={traces}
          empty={{
            when: (data) => data.traces.length === 0,
            show: <Nothing isFiltered={isFiltered} clear={clear} />,
          }}
          partial={(data) => data.reason}
        >
          {(data) => (
            <Found
              data={data}
              showMore={() => change({ limit: (wanted.limit ?? USUAL_TRACES) * MORE_TIMES })}
            />
          )}
        </Answer>
      </Stack>
    </>
  );
}

function Found({ data, showMore }: { data: FoundTraces; showMore: () => void }) {
  const failed = data.traces.filter((one) => one.errors > 0).length;
  return (
    <>
      <TraceScatter traces={data.traces} />
      <Text size="sm" c="dimmed" role="status">
        {said.count(data.traces.length, failed)}
      </Text>
      <TraceList traces={data.traces} />
      {data.more && (
        <Group gap="sm">
          <Text size="sm">{said.moreTraces(data.traces.length)}</Text>
          <Button size="xs" variant="default" onClick={showMore}>
            {said.showMore}
          </Button>
        </Group>
      )}
    </>
  );
}

function Nothing({ isFiltered, clear }: { isFiltered: boolean; clear: () => void }) {
  if (!isFiltered) return <Empty title={said.empty}>{said.emptyHint}</Empty>;
  return (
    <Empty title={said.nothing}>
      {said.nothingHint}
      <div>
        <Button mt="sm" size="xs" variant="default" onClick={clear}>
          {said.clear}
        </Button>
      </div>
    </Empty>
  );
}
