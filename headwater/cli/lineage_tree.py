"""A piece of the lineage graph as a tree on a terminal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from rich.text import Text
    from rich.tree import Tree

Side = Literal["up", "down"]
Graph = Mapping[str, Any]


def print_lineage(graph: Graph, sides: Sequence[Side]) -> None:
    """Print a tree for each start of an answer of `/api/v2/lineage`, once per side.

    In a graph of columns a dataset stands for its rows: what they are filtered, joined or
    grouped by concerns every column, so it is a tree of its own.
    """
    from rich.console import Console

    console = Console()
    rows = [
        node["id"]
        for node in graph["nodes"]
        if node["distance"] == 0 and node["id"] not in graph["start"]
    ]
    for start in (*graph["start"], *rows):
        for side in sides if start in graph["start"] else ("up",):
            console.print(lineage_tree(graph, start, side))
    if graph["partial"]:
        console.print(f"partial: {graph['reason']}")


def lineage_tree(graph: Graph, start: str, side: Side) -> Tree:
    """Return what `start` comes from, or what comes from it; a node is unfolded once."""
    from rich.tree import Tree

    nodes = {node["id"]: node for node in graph["nodes"]}
    has_columns = any(node["kind"] == "column" for node in graph["nodes"])
    onward: defaultdict[str, defaultdict[str, list[Mapping[str, Any]]]]
    onward = defaultdict(lambda: defaultdict(list))
    for edge in graph["edges"]:
        near, far = (edge["to"], edge["from"]) if side == "up" else (edge["from"], edge["to"])
        onward[near][far].append(edge)
    hidden = {band["node"]: band["hidden"] for band in graph["bands"] if band["direction"] == side}
    unfolded: set[str] = set()

    def unfold(branch: Tree, node: str) -> None:
        if node in unfolded:
            return
        unfolded.add(node)
        for far, edges in onward[node].items():
            label = _label(nodes[far], edges, is_rows=has_columns)
            if far in unfolded and onward[far]:
                label.append("  (see above)", style="dim")
            unfold(branch.add(label), far)
        if node in hidden:
            branch.add(f"+{hidden[node]:,} more")

    label = _label(nodes[start], (), is_rows=has_columns)
    is_rows = has_columns and nodes[start]["kind"] == "dataset"
    comes = "  depend on" if is_rows else "  comes from"
    label.append(comes if side == "up" else "  goes to", style="dim")
    root = Tree(label)
    unfold(root, start)
    if not root.children:
        root.add("nothing that is known")
    return root


def _label(
    node: Mapping[str, Any], edges: Sequence[Mapping[str, Any]], *, is_rows: bool = False
) -> Text:
    from rich.text import Text

    label = Text()
    if node["kind"] in ("job", "run"):
        label.append("by " if node["kind"] == "job" else "run of ", style="dim")
        label.append(node["name"], style="italic")
        if node["kind"] == "run":
            label.append(f"  {node['run']}", style="dim")
        if node.get("state") not in (None, "COMPLETED"):
            label.append(f"  {node['state'].lower()}", style="bold")
    elif node["kind"] == "group":
        label.append(f"{node['namespace']} {node['name']}".rstrip() + " …")
    else:
        if is_rows and node["kind"] == "dataset":
            label.append("rows of ", style="dim")
        label.append(node["name"])
        if node["kind"] == "column":
            label.append(f".{node['column']}", style="bold")
    if node.get("members"):
        label.append(f"  {node['members']:,} in it", style="dim")
    how = _how(edges, (node.get("state") or "").lower())
    if how:
        label.append(f"  {how}", style="dim")
    return label


def _how(edges: Sequence[Mapping[str, Any]], said: str) -> str:
    """Return in words what edges are, but for the state that the node behind them has said."""
    words: dict[str, None] = {}
    jobs: dict[str, None] = {}
    for edge in edges:
        if edge["state"] not in ("current", said):
            words[edge["state"]] = None
        if edge.get("declared"):
            words["declared"] = None
        if edge.get("job"):
            jobs[edge["job"]["name"]] = None
        if "kind" in edge:
            subtype = (edge["subtype"] or edge["kind"]).lower().replace("_", " ")
            words[subtype + (" (masked)" if edge["masking"] else "")] = None
        for dataset in edge.get("via", ()):
            words[f"via {dataset['name']}"] = None
    where = f" in {', '.join(jobs)}" if jobs else ""
    return ", ".join(words) + where
