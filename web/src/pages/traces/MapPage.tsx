import { Group, Select, Stack, Title } from "@mantine/core";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { texts } from "@/texts";
import { Answer } from "@/ui/Answer";
import { type Column, DataTable } from "@/ui/DataTable";
import { Empty } from "@/ui/Empty";
import { PageLink } from "@/ui/links";
import { countOf } from "@/ui/numbers";
import { PageHeader } from "@/ui/PageHeader";
import { type Window, windows } from "./address";
import { type ServiceMap, useServiceMap } from "./questions";
import { ServiceGraph } from "./ServiceGraph";

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
        <PageLink to="/traces">{said.traces}</PageLink>
        <Select
          size="xs"
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
            columns={columns}
            rows={map.calls}
            rowId={(one) => `${one.parent} ${one.child}`}
          />
        </>
      )}
    </Stack>
  );
}

type Call = ServiceMap["calls"][number];

const columns: Column<Call>[] = [
  {
    id: "caller",
    title: said.caller,
    value: (one) => one.parent,
    render: (one) => <ServiceLink name={one.parent} />,
  },
  {
    id: "callee",
    title: said.callee,
    value: (one) => one.child,
    render: (one) => <ServiceLink name={one.child} />,
  },
  {
    id: "calls",
    title: said.calls,
    value: (one) => one.calls,
    render: (one) => countOf(one.calls),
    align: "right",
  },
];

function ServiceLink({ name }: { name: string }) {
  return (
    <Group gap={6}>
      <PageLink to="/traces" search={{ service: name }}>
        {name}
      </PageLink>
    </Group>
  );
}
