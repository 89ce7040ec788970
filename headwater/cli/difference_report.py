"""Differences as a person reads them: what came behind a plus, what went behind a minus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from headwater.cli.lineage_tree import Graph as Answer

_SCHEMA_WORDS: Final = {
    "column_removed": "- column {column} {before}",
    "column_added": "+ column {column} {after}",
    "column_renamed": "~ column {before} looks renamed to {after}",
    "type_narrowed": "~ column {column} narrowed from {before} to {after}",
    "type_widened": "~ column {column} widened from {before} to {after}",
    "type_changed": "~ column {column} changed from {before} to {after}",
    "nullable_tightened": "~ column {column} takes no nulls any more",
    "nullable_loosened": "~ column {column} may be null now",
    "columns_moved": "~ columns in another order",
    "description_changed": "~ column {column} is described otherwise",
}
_MOST_MEMBERS: Final = 5
_WIDEST: Final = 60


def print_lines(lines: Iterable[str]) -> None:
    """Print lines, in green what came and in red what went, where the terminal has colours."""
    from rich.console import Console
    from rich.text import Text

    console = Console()
    styles = {"+": "green", "-": "red", "~": "yellow"}
    for line in lines:
        console.print(Text(line, style=styles.get(line.lstrip()[:1], "")), soft_wrap=True)


def difference_lines(found: Answer) -> Iterator[str]:
    """Yield what came, went and changed."""
    for sign, side in (("-", "removed"), ("+", "added")):
        for node in found["nodes"][side]:
            yield f"{sign} {node['kind']} {_name(node)}"
    for sign, side in (("-", "removed"), ("+", "added")):
        for edge in found["edges"][side]:
            yield f"{sign} {_end(edge['from'])} -> {_end(edge['to'])}"
    for sign, side in (("-", "removed"), ("+", "added")):
        for edge in found["columns"][side]:
            how = f"  {edge['how'].lower()}" if edge.get("how") else ""
            yield f"{sign} column {_end(edge['from'])} -> {_end(edge['to'])}{how}"
    for node in found["changed"]:
        yield f"~ {node['kind']} {_name(node)}"
        for change in node["schema"]:
            yield f"    {schema_line(change)}"
        yield from (f"    {line}" for line in facet_lines(node["facets"]))
        if node["sql"]:
            yield "    ~ SQL"
            yield from (f"      {line}" for line in node["sql"].splitlines()[2:])
    if found["partial"]:
        yield f"partial: {found['reason']}"


def schema_line(change: Answer) -> str:
    """Say one change of a schema in words."""
    parts = {key: "" if value is None else value for key, value in change.items()}
    line = _SCHEMA_WORDS[change["change"]].format(**parts).rstrip()
    return line + ("  (breaking)" if change["breaking"] else "")


def facet_lines(changes: Iterable[Answer]) -> Iterator[str]:
    """Yield the changes of facets with the first members that differ."""
    signs = {"added": "+", "removed": "-", "changed": "~"}
    for change in changes:
        yield f"{signs[change['change']]} facet {change['facet']}"
        for member in change["members"][:_MOST_MEMBERS]:
            yield f"    {member['path']}: {_short(member['before'])} -> {_short(member['after'])}"
        more = len(change["members"]) - _MOST_MEMBERS + int(change["more_members"])
        if more > 0:
            yield f"    and {more} more"


def _name(node: Answer) -> str:
    return f"{node['namespace']} {node['name']}"


def _end(node: str) -> str:
    """Leave the kind of a node's id out."""
    return node.partition(":")[2]


def _short(value: str | None) -> str:
    if value is None:
        return "nothing"
    line = " ".join(value.split())
    return line if len(line) <= _WIDEST else line[: _WIDEST - 1] + "…"
