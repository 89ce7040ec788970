import { Alert, Anchor, Button, Group, SegmentedControl, Skeleton } from "@mantine/core";
import { IconAlertTriangle, IconArrowsMaximize } from "@tabler/icons-react";
import { useEffect, useMemo, useState } from "react";
import { Problem } from "@/api/problem";
import { texts } from "@/texts";
import { Answer, Failed } from "@/ui/Answer";
import { Empty } from "@/ui/Empty";
import { PageHeader } from "@/ui/PageHeader";
import { Finder } from "./Finder";
import { GraphCanvas } from "./GraphCanvas";
import { GraphTable } from "./GraphTable";
import classes from "./LineagePage.module.css";
import { prepareLayout, useLayout } from "./layout/useLayout";
import { actionsOf, type Moves, useMoves } from "./moves";
import { SidePanel } from "./panel/SidePanel";
import { StartLinks } from "./StartLinks";
import { TimeBar } from "./TimeBar";
import { Toolbar } from "./Toolbar";
import { type Drawing, useDrawing } from "./useDrawing";

const said = texts.lineage;

/** Where data comes from and goes: as a graph, as a table, now, then, and what is different. */
export function LineagePage() {
  const moves = useMoves();
  const drawing = useDrawing(moves.search);
  useEffect(prepareLayout, []);
  const [flight, setFlight] = useState<{ id: string; at: number } | null>(null);
  const fly = (id: string) => setFlight({ id, at: Date.now() });
  return (
    <div className={classes.page}>
      <PageHeader
        title={said.title}
        about={moves.search.node ? <Crumbs drawing={drawing} moves={moves} /> : said.about}
      >
        <Finder drawing={drawing} moves={moves} fly={fly} />
        <SegmentedControl
          size="xs"
          aria-label={said.graphOrTable}
          value={moves.search.view ?? "graph"}
          data={[
            { value: "graph", label: said.graph },
            { value: "table", label: said.table },
          ]}
          onChange={(view) => moves.change({ view: view === "table" ? view : undefined })}
        />
      </PageHeader>
      <Toolbar drawing={drawing} moves={moves} />
      <Body drawing={drawing} moves={moves} flight={flight} fly={fly} />
    </div>
  );
}

/** The way back from a node to the whole. */
function Crumbs({ drawing, moves }: { drawing: Drawing; moves: Moves }) {
  const start = drawing.graph?.nodes.find((node) => node.id === drawing.start);
  const away = { node: undefined, open: undefined, mode: undefined, selected: undefined };
  return (
    <Group gap={6}>
      <Anchor
        component="button"
        inherit
        onClick={() => moves.change({ ...away, column: undefined })}
      >
        {said.startOver}
      </Anchor>
      <span aria-hidden>›</span>
      <span>{start ? start.name : ""}</span>
    </Group>
  );
}

interface BodyProps {
  drawing: Drawing;
  moves: Moves;
  flight: { id: string; at: number } | null;
  fly: (id: string) => void;
}

function Body({ drawing, moves, flight, fly }: BodyProps) {
  const { canvas } = drawing.questions;
  if (canvas.error instanceof Problem && canvas.error.status === 404 && moves.search.node) {
    return (
      <Empty title={said.missingTitle}>
        <p>{canvas.error.message}</p>
        <Button variant="default" onClick={() => moves.change({ node: undefined })}>
          {said.startOver}
        </Button>
      </Empty>
    );
  }
  if (canvas.error && canvas.data === undefined) {
    return <Failed error={canvas.error} retry={() => void canvas.refetch()} />;
  }
  return (
    <Answer
      question={canvas}
      loading={<Skeleton className={classes.waiting} aria-label={texts.shared.loading} />}
      empty={{
        when: (data) => data.nodes.length === 0,
        show: <Empty title={said.emptyTitle}>{said.emptyHint}</Empty>,
      }}
    >
      {(data) => (
        <div className={classes.body}>
          {data.partial && <Partial reason={data.reason} moves={moves} />}
          {!moves.search.node && <StartLinks drawing={drawing} moves={moves} />}
          <View drawing={drawing} moves={moves} flight={flight} fly={fly} />
          {moves.search.mode !== "impact" && moves.search.mode !== "cause" && (
            <TimeBar moves={moves} />
          )}
        </div>
      )}
    </Answer>
  );
}

function Partial({ reason, moves }: { reason: string | null; moves: Moves }) {
  return (
    <Alert color="var(--hw-warn)" py={6} icon={<IconAlertTriangle />} title={texts.shared.partial}>
      <Group justify="space-between">
        {reason}
        {moves.search.node && (moves.search.budget ?? 0) < 10_000 && (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconArrowsMaximize size={14} />}
            onClick={() => moves.change({ budget: 10_000 })}
          >
            {said.moreNodes}
          </Button>
        )}
      </Group>
    </Alert>
  );
}

function View({ drawing, moves, flight, fly }: BodyProps) {
  const { layout, isBusy } = useLayout(drawing.graph, drawing.styleOf);
  const actions = useMemo(() => actionsOf(moves, drawing.neighbours), [moves, drawing.neighbours]);
  const { search } = moves;
  const isTable = search.view === "table";
  const hasPanel = useSettled(search.mode !== undefined || search.selected !== undefined);
  return (
    <div
      className={classes.view}
      data-panel={hasPanel || undefined}
      data-table={isTable || undefined}
    >
      {isTable && drawing.graph && (
        <GraphTable graph={drawing.graph} drawing={drawing} actions={actions} />
      )}
      {!isTable && !layout && <Skeleton className={classes.waiting} />}
      {!isTable && layout && (
        <GraphCanvas
          layout={layout}
          isBusy={isBusy}
          drawing={drawing}
          actions={actions}
          selected={search.selected}
          column={search.column}
          mode={search.mode}
          flight={flight}
        />
      )}
      {hasPanel && <SidePanel drawing={drawing} moves={moves} actions={actions} fly={fly} />}
    </div>
  );
}

const DOUBLE_CLICK_MILLISECONDS = 260;

/** Opens a moment late, so that the second click of two still meets the card and not the panel. */
function useSettled(isWanted: boolean): boolean {
  const [isOpen, setOpen] = useState(isWanted);
  useEffect(() => {
    if (!isWanted) setOpen(false);
    const timer = isWanted ? setTimeout(() => setOpen(true), DOUBLE_CLICK_MILLISECONDS) : undefined;
    return () => clearTimeout(timer);
  }, [isWanted]);
  return isWanted && isOpen;
}
