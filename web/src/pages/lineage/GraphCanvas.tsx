import "@xyflow/react/dist/base.css";
import { ActionIcon, Group, useComputedColorScheme, VisuallyHidden } from "@mantine/core";
import { IconFocusCentered, IconHome, IconMinus, IconPlus } from "@tabler/icons-react";
import {
  type NodeTypes,
  Panel,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  useStore,
} from "@xyflow/react";
import { type KeyboardEvent, useEffect, useMemo, useRef } from "react";
import { cellOf, idsIn } from "@/graph/window";
import { texts } from "@/texts";
import { Tip } from "@/ui/Tip";
import { Card, type CardNode } from "./Card";
import { type Cards, CardsContext, type Zoom } from "./context";
import { EdgeCanvas } from "./EdgeCanvas";
import classes from "./Graph.module.css";
import { arrowOf, describe, step } from "./keys";
import type { Layout } from "./layout/useLayout";
import type { Actions } from "./moves";
import { Overview } from "./Overview";
import { useSight } from "./sight";
import type { Drawing } from "./useDrawing";

const said = texts.lineage;
const TYPES: NodeTypes = { card: Card };
const NO_EDGES: never[] = [];
const NEAR = 0.62;
const MIDDLE = 0.36;

export interface GraphCanvasProps {
  layout: Layout;
  isBusy: boolean;
  drawing: Drawing;
  actions: Actions;
  selected: string | undefined;
  column: string | undefined;
  /** What is asked of the graph; with another question it is looked at anew. */
  mode: string | undefined;
  /** The node to bring into sight, with a number that says when it was asked for. */
  flight: { id: string; at: number } | null;
}

/** The graph: cards that can be moved between by mouse and by keyboard, edges below them. */
export function GraphCanvas(props: GraphCanvasProps) {
  return (
    <ReactFlowProvider>
      <Inner {...props} />
    </ReactFlowProvider>
  );
}

function zoomOf(zoom: number): Zoom {
  return zoom >= NEAR ? "near" : zoom >= MIDDLE ? "middle" : "far";
}

function Inner(props: GraphCanvasProps) {
  const { layout, isBusy, drawing, actions, selected, column } = props;
  const flow = useReactFlow<CardNode>();
  const zoom = useStore((state) => zoomOf(state.transform[2]));
  const scheme = useComputedColorScheme();
  const frame = useRef<HTMLElement>(null);
  const sight = useSight(props);
  const inSight = useInSight(layout);
  const nodes = useMemo(() => flowNodes(layout, inSight), [layout, inSight]);
  const cards = useMemo<Cards>(
    () => ({
      ...actions,
      zoom,
      start: drawing.start,
      selected,
      lit: drawing.lit,
      columns: drawing.columns,
      column,
      effects: drawing.effects,
      styleOf: drawing.styleOf,
    }),
    [zoom, drawing, selected, column, actions],
  );
  const current = layout.graph.nodes.find((node) => node.id === selected);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== frame.current) return;
    const arrow = arrowOf(event.key);
    if (arrow) {
      event.preventDefault();
      const next = step(layout, drawing, selected, arrow);
      if (next) {
        actions.select(next);
        sight.show(next);
      }
    } else if (event.key === "Enter" && selected) {
      event.preventDefault();
      document.getElementById("lineage-panel")?.focus();
    } else if (event.key === "+") void flow.zoomIn();
    else if (event.key === "-") void flow.zoomOut();
  };
  useEffect(() => {
    const clear = (event: globalThis.KeyboardEvent) => {
      if (event.key === "Escape" && !event.defaultPrevented) actions.clear();
    };
    window.addEventListener("keydown", clear);
    return () => window.removeEventListener("keydown", clear);
  }, [actions]);
  return (
    <section
      ref={frame}
      className={classes.graph}
      data-zoom={zoom}
      data-testid="lineage-graph"
      role="application"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move in it
      tabIndex={0}
      aria-label={said.graphLabel(layout.graph.nodes.length, layout.graph.edges.length)}
      aria-busy={isBusy}
      onKeyDown={onKeyDown}
    >
      <VisuallyHidden aria-live="polite">
        {current ? describe(current, drawing) : ""}
      </VisuallyHidden>
      <CardsContext value={cards}>
        <ReactFlow<CardNode>
          nodes={nodes}
          edges={NO_EDGES}
          nodeTypes={TYPES}
          onlyRenderVisibleElements
          nodesDraggable={false}
          nodesConnectable={false}
          nodesFocusable={false}
          edgesFocusable={false}
          elementsSelectable={false}
          disableKeyboardA11y
          zoomOnDoubleClick={false}
          minZoom={0.05}
          maxZoom={1.6}
          proOptions={{ hideAttribution: true }}
          onNodeClick={(_, node) => actions.select(node.id)}
          onNodeDoubleClick={(_, node) => actions.path(node.id)}
          onPaneClick={() => actions.select(undefined)}
        >
          <EdgeCanvas key={scheme} layout={layout} drawing={drawing} isDotted={inSight === null} />
          <Overview key={`overview ${scheme}`} layout={layout} />
          <Controls
            layout={layout}
            isBusy={isBusy}
            isDotted={inSight === null}
            fit={sight.fit}
            toStart={sight.toStart}
          />
        </ReactFlow>
      </CardsContext>
    </section>
  );
}

interface ControlsProps {
  layout: Layout;
  isBusy: boolean;
  isDotted: boolean;
  fit: () => void;
  toStart: (() => void) | null;
}

function Controls({ layout, isBusy, isDotted, fit, toStart }: ControlsProps) {
  const flow = useReactFlow();
  const { nodes, edges } = layout.graph;
  return (
    <Panel position="bottom-left" className={classes.controls}>
      <Group gap={4}>
        <Control label={said.zoomIn} icon={<IconPlus size={16} />} act={() => flow.zoomIn()} />
        <Control label={said.zoomOut} icon={<IconMinus size={16} />} act={() => flow.zoomOut()} />
        <Control label={said.fit} icon={<IconFocusCentered size={16} />} act={fit} />
        {toStart && <Control label={said.toStart} icon={<IconHome size={16} />} act={toStart} />}
        <span className={classes.note} role="status">
          {isBusy ? said.laying(nodes.length) : said.counts(nodes.length, edges.length)}
        </span>
        {isDotted && <span className={classes.note}>{said.dotted}</span>}
        {layout.isSimple && <span className={classes.note}>{said.simpleLayout}</span>}
      </Group>
    </Panel>
  );
}

function Control({
  label,
  icon,
  act,
}: {
  label: string;
  icon: React.ReactNode;
  act: () => unknown;
}) {
  return (
    <Tip label={label}>
      <ActionIcon variant="default" aria-label={label} onClick={() => void act()}>
        {icon}
      </ActionIcon>
    </Tip>
  );
}

/** The cards in sight and somewhat around it; null where they are too many to be cards. */
function useInSight(layout: Layout): ReadonlySet<string> | null {
  const cell = useStore(
    ({ transform, width, height }) => cellOf(transform, { width, height }),
    (one, other) =>
      one.column === other.column && one.row === other.row && one.width === other.width,
  );
  return useMemo(() => {
    const ids = cell.width > 0 ? idsIn(layout.boxes, cell) : [];
    return ids && new Set(ids);
  }, [layout, cell]);
}

function flowNodes(layout: Layout, inSight: ReadonlySet<string> | null): CardNode[] {
  const found: CardNode[] = [];
  for (const node of inSight ? layout.graph.nodes : []) {
    const box = layout.boxes.get(node.id);
    if (!box || !inSight?.has(node.id)) continue;
    found.push({
      id: node.id,
      type: "card",
      position: { x: box.x, y: box.y },
      width: box.width,
      height: box.height,
      // Said, not measured: what is not measured would be drawn once to be, however far it is.
      measured: { width: box.width, height: box.height },
      handles: [],
      data: { node },
    });
  }
  return found;
}
