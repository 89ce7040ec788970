import {
  IconBox,
  IconChevronLeft,
  IconChevronRight,
  IconMinus,
  IconSettingsAutomation,
  IconTable,
} from "@tabler/icons-react";
import type { Node, NodeProps } from "@xyflow/react";
import { memo } from "react";
import { factLines, type Layer } from "@/graph/card";
import type { GraphNode, Side } from "@/graph/model";
import { texts } from "@/texts";
import { countOf } from "@/ui/numbers";
import { spanSince } from "@/ui/time";
import classes from "./Card.module.css";
import { CardColumns } from "./CardColumns";
import { useCards } from "./context";

const said = texts.lineage;

export type CardNode = Node<{ node: GraphNode }, "card">;

const ICONS = { dataset: IconTable, job: IconSettingsAutomation, group: IconBox } as const;

/** A table, a job or a group in the graph; how much of it is drawn depends on the zoom. */
export const Card = memo(function Card({ data: { node } }: NodeProps<CardNode>) {
  const cards = useCards();
  const style = cards.styleOf(node);
  const Icon = ICONS[node.kind];
  const isDim = cards.lit !== null && !cards.lit.nodes.has(node.id);
  return (
    <article
      className={classes.card}
      data-kind={node.kind}
      data-zone={zoneOf(node)}
      data-state={style.layers.has("state") ? stateOf(node) : undefined}
      data-start={node.id === cards.start || undefined}
      data-selected={node.id === cards.selected || undefined}
      data-lit={(cards.lit !== null && !isDim) || undefined}
      data-dim={isDim || undefined}
      data-effect={cards.effects?.get(node.id)}
      data-change={node.change}
      title={node.error ? `${titleOf(node)}\n${node.error}` : titleOf(node)}
    >
      <Arrows node={node} side="up" />
      <header className={classes.head}>
        <Icon size={18} aria-hidden className={classes.icon} />
        <div className={classes.names}>
          <div className={classes.name}>
            {partsOf(node.name || node.namespace).map((part) => (
              <span key={part}>{part}</span>
            ))}
          </div>
          <div className={classes.space}>{subtitleOf(node)}</div>
        </div>
        <Badge node={node} />
        {style.layers.has("state") && node.state && (
          <span className={classes.dot} role="img" aria-label={wordOf(node.state)} />
        )}
      </header>
      {cards.zoom !== "far" &&
        factLines(node, style.layers).map((line) => (
          <div key={line.join()} className={classes.facts}>
            {line.map((layer) => (
              <span key={layer} data-bad={isBad(node, layer) || undefined}>
                {factOf(node, layer)}
              </span>
            ))}
          </div>
        ))}
      {cards.zoom === "near" && style.layers.has("columns") && node.columns.length > 0 && (
        <CardColumns node={node} style={style} />
      )}
      <Arrows node={node} side="down" />
    </article>
  );
});

function Badge({ node }: { node: GraphNode }) {
  const effect = useCards().effects?.get(node.id);
  const words: Record<string, string> = {
    added: said.legendAdded,
    removed: said.legendRemoved,
    changed: said.legendChanged,
  };
  const text = node.change ? words[node.change] : effect && said.effects[effect];
  return text ? <span className={classes.badge}>{text}</span> : null;
}

function Arrows({ node, side }: { node: GraphNode; side: Side }) {
  const cards = useCards();
  const more = side === "up" ? node.moreUp : node.moreDown;
  const isOpen = cards.isOpened(node, side);
  if (more === 0 && !isOpen) return null;
  const name = node.name || node.namespace;
  const Chevron = side === "up" ? IconChevronLeft : IconChevronRight;
  const label =
    more > 0
      ? (side === "up" ? said.moreUp : said.moreDown)(more, name)
      : (side === "up" ? said.fewerUp : said.fewerDown)(name);
  return (
    <button
      type="button"
      tabIndex={-1}
      className={`${classes.arrow} nodrag nopan`}
      data-side={side}
      aria-label={label}
      title={label}
      onDoubleClick={(event) => event.stopPropagation()}
      onClick={(event) => {
        event.stopPropagation();
        if (more > 0) cards.open(node, side);
        else cards.close(node, side);
      }}
    >
      {more > 0 ? (
        <>
          {side === "up" && <Chevron size={12} aria-hidden />}
          {said.more(more)}
          {side === "down" && <Chevron size={12} aria-hidden />}
        </>
      ) : (
        <IconMinus size={12} aria-hidden />
      )}
    </button>
  );
}

function factOf(node: GraphNode, layer: Layer): string {
  if (layer === "freshness") return node.at ? spanSince(node.at) : "";
  if (layer === "rows") return texts.shared.rows(node.rows ?? 0);
  if (layer === "quality") return said.tests(node.testsPassed, node.testsFailed);
  if (layer === "tags") return node.tags.map((tag) => `#${tag}`).join(" ");
  if (layer === "owner") return node.owners.join(", ");
  return countOf(node.rows);
}

function isBad(node: GraphNode, layer: Layer): boolean {
  return layer === "quality" && node.testsFailed > 0;
}

/** The state of a node as the tokens call it. */
export function stateOf(node: GraphNode): string | undefined {
  if (node.state === "FAILED") return "bad";
  if (node.state === "ABORTED") return "warn";
  if (node.state === "RUNNING") return "busy";
  return node.state === "COMPLETED" ? "good" : undefined;
}

function wordOf(state: string): string {
  const words: Record<string, string> = texts.shared.states;
  return words[state] ?? state.toLowerCase();
}

function zoneOf(node: GraphNode): string | undefined {
  if (node.kind !== "dataset") return undefined;
  return /^(raw|processed|curated)\./.exec(node.name)?.[1];
}

/** What is told of a node where there is little room. */
export function titleOf(node: GraphNode): string {
  const name = node.name ? `${node.namespace} ${node.name}` : node.namespace;
  return node.description ? `${name}\n${node.description}` : name;
}

/** A name in two parts, the last of which stays when there is no room for both. */
function partsOf(name: string): string[] {
  const cut = Math.max(name.lastIndexOf("."), name.lastIndexOf("/"), name.lastIndexOf(":")) + 1;
  return cut > 0 && cut < name.length ? [name.slice(0, cut), name.slice(cut)] : [name];
}

function subtitleOf(node: GraphNode): string {
  if (node.kind === "group") return said.members(node.members);
  return `${said.kinds[node.kind]} · ${node.namespace}`;
}
