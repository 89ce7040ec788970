import { Button, Group, Stack } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useMemo } from "react";
import type { Graph } from "@/graph/model";
import { edgesCsv, type NodeRow, nodesCsv, rowsOf } from "@/graph/table";
import { texts } from "@/texts";
import { type Column, DataTable } from "@/ui/DataTable";
import { Moment } from "@/ui/Moment";
import { Name } from "@/ui/Name";
import { countOf } from "@/ui/numbers";
import { RunState } from "@/ui/RunState";
import classes from "./LineagePage.module.css";
import type { Actions } from "./moves";
import type { Drawing } from "./useDrawing";

const said = texts.lineage;

interface GraphTableProps {
  graph: Graph;
  drawing: Drawing;
  actions: Actions;
}

/** The twin of the graph: the same nodes with the same facts, for reading, sorting and export. */
export function GraphTable({ graph, drawing, actions }: GraphTableProps) {
  const rows = useMemo(() => rowsOf(graph, drawing.effects), [graph, drawing.effects]);
  const columns = useMemo(() => columnsFor(rows, actions), [rows, actions]);
  return (
    <Stack gap="xs" style={{ flex: 1, minWidth: 0 }}>
      <Group gap="xs">
        <Csv label={said.csvNodes} name="lineage-nodes.csv" text={() => nodesCsv(rows)} />
        <Csv label={said.csvEdges} name="lineage-edges.csv" text={() => edgesCsv(graph)} />
      </Group>
      <DataTable
        caption={said.tableCaption}
        columns={columns}
        rows={rows}
        rowId={(row) => row.node.id}
      />
    </Stack>
  );
}

function columnsFor(rows: readonly NodeRow[], actions: Actions): Column<NodeRow>[] {
  const found: Column<NodeRow>[] = [
    {
      id: "name",
      title: said.name,
      value: ({ node }) => node.name || node.namespace,
      render: ({ node }) => (
        <Button
          variant="transparent"
          size="compact-sm"
          p={0}
          title={node.namespace}
          onClick={() => actions.select(node.id)}
        >
          {node.name || node.namespace}
        </Button>
      ),
    },
    { id: "kind", title: said.kind, value: ({ node }) => said.kinds[node.kind] },
    { id: "distance", title: said.distance, value: ({ node }) => node.distance, align: "right" },
    {
      id: "state",
      title: said.state,
      value: ({ node }) => node.state,
      render: ({ node }) => node.state && <RunState state={node.state} />,
      width: "7rem",
    },
    {
      id: "at",
      title: said.freshness,
      value: ({ node }) => node.at,
      render: ({ node }) => node.at && <Moment at={node.at} />,
      width: "8rem",
    },
    {
      id: "rows",
      title: said.rows,
      value: ({ node }) => node.rows,
      render: ({ node }) => (node.rows === null ? "" : countOf(node.rows)),
      align: "right",
    },
    {
      id: "quality",
      title: said.quality,
      value: ({ node }) => node.testsFailed - node.testsPassed / 1e6,
      render: ({ node }) =>
        node.testsFailed + node.testsPassed > 0
          ? said.tests(node.testsPassed, node.testsFailed)
          : "",
    },
    { id: "owners", title: said.owners, value: ({ node }) => node.owners.join(", ") },
    { id: "tags", title: said.tags, value: ({ node }) => node.tags.join(", ") },
    {
      id: "from",
      title: said.from,
      value: ({ from }) => from.join(", "),
      render: ({ from }) => <Names names={from} />,
    },
    {
      id: "to",
      title: said.to,
      value: ({ to }) => to.join(", "),
      render: ({ to }) => <Names names={to} />,
    },
  ];
  if (rows.some((row) => row.effect)) {
    found.splice(2, 0, {
      id: "effect",
      title: said.effect,
      value: ({ effect }) => effect && said.effects[effect],
    });
  }
  if (rows.some((row) => row.change)) {
    const words = {
      added: said.legendAdded,
      removed: said.legendRemoved,
      changed: said.legendChanged,
    };
    found.splice(2, 0, {
      id: "change",
      title: said.change,
      value: ({ change }) => change && words[change],
    });
  }
  return found.filter(
    (column) => !["owners", "tags"].includes(column.id) || rows.some((row) => column.value(row)),
  );
}

function Names({ names }: { names: readonly string[] }) {
  return (
    <span className={classes.names}>
      <Name of={names.join(", ")} />
    </span>
  );
}

function Csv({ label, name, text }: { label: string; name: string; text: () => string }) {
  const save = () => {
    const address = URL.createObjectURL(new Blob([text()], { type: "text/csv;charset=utf-8" }));
    const link = document.createElement("a");
    link.href = address;
    link.download = name;
    link.click();
    URL.revokeObjectURL(address);
  };
  return (
    <Button
      size="compact-sm"
      variant="default"
      leftSection={<IconDownload size={14} />}
      onClick={save}
    >
      {label}
    </Button>
  );
}
