import { Select, Stack, Title } from "@mantine/core";
import { IconAlertTriangleFilled, IconTimeline } from "@tabler/icons-react";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { texts } from "@/texts";
import { Answer } from "@/ui/Answer";
import { type Column, DataTable } from "@/ui/DataTable";
import { Empty } from "@/ui/Empty";
import { LinkButton } from "@/ui/LinkButton";
import { PageLink } from "@/ui/links";
import { countOf, percentOf } from "@/ui/numbers";
import { PageHeader } from "@/ui/PageHeader";
import { spanOf } from "@/ui/time";
import { type Window, windows } from "./address";
import type { ServiceCall } from "./calls";
import { type ServiceMap, useServiceMap } from "./questions";
import { ServiceGraph } from "./ServiceGraph";
import classes from "./traces.module.css";

const said = texts.serviceMap;
const USUAL: Window = "1d";
const route = getRouteApi("/traces/map");

/** Which services called which, drawn and as a table. */
export function MapPage() {
  const { window = USUAL } = route.useSearch();
  const navigate = useNavigate({ from: "/traces/map" });
  const map = useServiceMap(window);
  return (
    <>
      <PageHeader title={said.title} about={said.about}>
        <LinkButton to="/traces" icon={<IconTimeline size={16} />}>
          {said.traces}
        </LinkButton>
        <Select
          aria-label={said.window}
          data={windows.map((one) => ({ value: one, label: texts.traces.windows[one] }))}
          value={window}
          allowDeselect={false}
          onChange={(chosen) =>
            void navigate({ search: { window: (chosen as Window | null) ?? USUAL }, replace: true })
          }
        />
      </PageHeader>
      <Answer
        question={map}
        empty={{
          when: (data) => data.services.length === 0,
          show: <Empty title={said.empty}>{said.emptyHint}</Empty>,
        }}
      >
        {(data) => <Drawn map={data} window={window} />}
      </Answer>
    </>
  );
}

function Drawn({ map, window }: { map: ServiceMap; window: Window }) {
  return (
    <Stack gap="sm">
      <ServiceGraph map={map} window={window} />
      {map.calls.length === 0 ? (
        <Empty title={said.noCalls}>{said.noCallsHint}</Empty>
      ) : (
        <>
          <Title order={2} size="h4">
            {said.table}
          </Title>
          <DataTable
            caption={said.table}
            columns={columnsOf(window)}
            rows={map.calls}
            rowId={(one) => `${one.parent} ${one.child}`}
          />
        </>
      )}
    </Stack>
  );
}

function columnsOf(window: Window): Column<ServiceCall>[] {
  return [
    {
      id: "caller",
      title: said.caller,
      value: (one) => one.parent,
      render: (one) => <ServiceLink name={one.parent} window={window} />,
    },
    {
      id: "callee",
      title: said.callee,
      value: (one) => one.child,
      render: (one) => <ServiceLink name={one.child} window={window} />,
    },
    {
      id: "calls",
      title: said.calls,
      value: (one) => one.calls,
      render: (one) => countOf(one.calls),
      align: "right",
    },
    {
      id: "failed",
      title: said.failed,
      value: (one) => one.errors / one.calls,
      render: (one) => <Failed call={one} window={window} />,
      align: "right",
    },
    {
      id: "median",
      title: said.median,
      value: (one) => one.p50_ms,
      render: (one) => spanOf(one.p50_ms / 1000),
      align: "right",
    },
    {
      id: "p95",
      title: said.p95,
      value: (one) => one.p95_ms,
      render: (one) => spanOf(one.p95_ms / 1000),
      align: "right",
    },
  ];
}

function ServiceLink({ name, window }: { name: string; window: Window }) {
  return (
    <PageLink to="/traces" search={{ service: name, window }} isName>
      {name}
    </PageLink>
  );
}

function Failed({ call, window }: { call: ServiceCall; window: Window }) {
  if (call.errors === 0) return <span className={classes.noErrors}>0</span>;
  return (
    <span className={classes.failed} title={said.failedTraces(call.child)}>
      <IconAlertTriangleFilled size={13} aria-hidden />
      <PageLink to="/traces" search={{ service: call.child, errors: true, window }}>
        {said.failedCount(call.errors, percentOf(call.errors / call.calls))}
      </PageLink>
    </span>
  );
}
