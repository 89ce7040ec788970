import { Anchor, Group, Loader, Stack, Text } from "@mantine/core";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { apiAddress } from "@/api/place";
import { criticalPath, treeOf } from "@/graph/trace";
import { texts } from "@/texts";
import { Answer } from "@/ui/Answer";
import { CopyButton } from "@/ui/CopyButton";
import { type Changes, changed } from "@/ui/changes";
import { Empty } from "@/ui/Empty";
import { PageLink } from "@/ui/links";
import { Moment } from "@/ui/Moment";
import { PageHeader } from "@/ui/PageHeader";
import { spanOf } from "@/ui/time";
import { Waterfall } from "@/ui/Waterfall";
import type { TraceSearch } from "./address";
import { matchingRows } from "./matches";
import { type Outline, useOutline, useSpansWith } from "./questions";
import { ServiceLegend } from "./ServiceLegend";
import { SpanPanel } from "./SpanPanel";
import { TraceRuns } from "./TraceRuns";
import { TraceTools } from "./TraceTools";
import classes from "./traces.module.css";

const said = texts.trace;
const route = getRouteApi("/traces/trace");
const LEAST_HEIGHT = 240;
const AROUND_PIXELS = 360;

/** One trace: its spans over time, and what is known of the one that is chosen. */
export function TracePage() {
  const { id } = route.useSearch();
  if (id === "") return <Nameless />;
  return <Named id={id} />;
}

function Named({ id }: { id: string }) {
  const outline = useOutline(id);
  return (
    <>
      {!outline.data && <PageHeader title={said.loading} about={id} />}
      <Answer
        question={outline}
        loading={<Loader size="sm" aria-label={texts.shared.loading} role="status" />}
      >
        {(data) => <Opened key={data.trace_id} trace={data} />}
      </Answer>
    </>
  );
}

function Nameless() {
  return (
    <>
      <PageHeader title={said.loading} />
      <Empty title={said.nameless}>
        <PageLink to="/traces">{said.allTraces}</PageLink>
      </Empty>
    </>
  );
}

function Opened({ trace }: { trace: Outline }) {
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/traces/trace" });
  const change = (changes: Changes<TraceSearch>) =>
    void navigate({ search: (before) => changed(before, changes), replace: true });
  const tree = useMemo(() => treeOf(trace.spans, search.order), [trace, search.order]);
  const path = useMemo(() => criticalPath(trace.spans, tree), [trace, tree]);
  const words = search.words ?? "";
  const withText = useSpansWith(trace.trace_id, words);
  const matches = useMemo(
    () => matchingRows(trace, tree, words, withText.data?.span_ids ?? []),
    [trace, tree, words, withText.data],
  );
  const length = Math.max(trace.duration_ms, 1e-6);
  const from = Math.min(search.from ?? 0, length);
  const to = Math.min(search.to ?? length, length);
  const selected = search.span === undefined ? undefined : tree.rowOf.get(search.span);
  const select = (row: number | undefined) =>
    change({ span: row === undefined ? undefined : trace.spans.id[tree.span[row] ?? 0] });
  const zoom = (stretch: [number, number] | undefined) =>
    change({ from: stretch?.[0], to: stretch?.[1] });
  const failed = trace.spans.status.filter((status) => status === 2).length;
  return (
    <>
      <Head trace={trace} failed={failed} />
      <Stack gap="xs">
        {tree.orphans.size > 0 && (
          <Text size="sm" c="dimmed">
            {said.orphans(tree.orphans.size)}
          </Text>
        )}
        <TraceRuns trace={trace} />
        <TraceTools
          {...{ trace, tree, matches, search, selected, length, from, to, failed }}
          isAsking={withText.isFetching}
          change={change}
          select={select}
          zoom={zoom}
        />
        <div className={classes.columns} data-beside={search.span !== undefined}>
          <Stack gap="xs">
            <Waterfall
              key={search.order ?? "time"}
              spans={trace.spans}
              names={trace.names}
              services={trace.services}
              height={Math.max(LEAST_HEIGHT, window.innerHeight - AROUND_PIXELS)}
              isLit={search.path === true}
              onSelect={select}
              onZoom={zoom}
              {...{ tree, path, length, from, to, selected, matches }}
            />
            <ServiceLegend services={trace.services} />
            <Text size="xs" c="dimmed" visibleFrom="sm">
              {said.keys}
            </Text>
          </Stack>
          {search.span !== undefined && (
            <SpanPanel
              {...{ trace, tree, path }}
              id={search.span}
              row={selected}
              close={() => select(undefined)}
            />
          )}
        </div>
      </Stack>
    </>
  );
}

function Head({ trace, failed }: { trace: Outline; failed: number }) {
  const root = trace.spans.parent.indexOf("");
  const first = Math.max(0, root);
  const title = trace.names[trace.spans.name[first] ?? 0] ?? trace.trace_id;
  const service = trace.services[trace.spans.service[first] ?? 0];
  return (
    <PageHeader
      title={title}
      about={
        <Group gap="xs" style={{ rowGap: 0 }}>
          <span>{service}</span>·<Moment at={trace.start} />·
          <span>{said.took(spanOf(trace.duration_ms / 1000))}</span>·
          <span>{said.facts(trace.spans.id.length, trace.services.length)}</span>·
          <Text span inherit {...(failed > 0 && { c: "var(--hw-bad)", fw: 600 })}>
            {failed > 0 ? said.errors(failed) : said.noErrors}
          </Text>
          ·<span>{trace.trace_id.slice(0, 8)}</span>
          <CopyButton text={trace.trace_id} label={said.copyId} />
        </Group>
      }
    >
      <PageLink to="/traces">{said.allTraces}</PageLink>
      <Anchor
        href={apiAddress(`/api/v2/traces/${trace.trace_id}`)}
        download={`${trace.trace_id}.json`}
      >
        {said.download}
      </Anchor>
    </PageHeader>
  );
}
