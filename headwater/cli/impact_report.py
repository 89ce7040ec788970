"""Impact as a person reads it: tables on a terminal, Markdown in a pull request."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import typer

from headwater.cli.lineage_tree import Graph as Answer
from headwater.cli.table import print_table

_SHOWN_COLUMNS: Final = 6
_MOST_ROWS: Final = 200
_ESCAPES: Final = str.maketrans(
    {"\n": " ", "<": "&lt;", ">": "&gt;", "@": "&#64;", "`": "&#96;"}
    | {sign: f"\\{sign}" for sign in "\\*_[]|#"}
)
_WORDS: Final = {"direct": "direct", "indirect": "rows only"}


def print_impact(found: Answer) -> None:
    """Print who is affected, nearest first."""
    typer.echo(_headline(found, _what(found)))
    if found["datasets"]:
        print_table(
            ("table", "effect", "hops", "columns", "owners", "last written"),
            (
                (
                    one["name"],
                    _effect(found, one),
                    one["distance"],
                    _columns(one["columns"]),
                    ", ".join(one["owners"]),
                    _minute(one["written_at"]),
                )
                for one in found["datasets"]
            ),
        )
    if found["jobs"]:
        print_table(
            ("job", "effect", "hops", "last run", "state", "owners"),
            (
                (
                    one["name"],
                    _effect(found, one),
                    one["distance"],
                    _minute(one["ran_at"]),
                    (one["state"] or "").lower(),
                    ", ".join(one["owners"]),
                )
                for one in found["jobs"]
            ),
        )
    if found["partial"]:
        typer.echo(f"partial: {found['reason']}; ask with a larger --budget")


def _headline(found: Answer, what: str) -> str:
    """Say in one sentence what changes and how much is downstream of it."""
    summary = found["summary"]
    if not found["datasets"] and not found["jobs"]:
        return f"Nothing that is known comes from {what}."
    direct, indirect = summary["columns"]["direct"], summary["columns"]["indirect"]
    parts = [_plural(summary["datasets"], "table"), _plural(summary["jobs"], "job")]
    told = f"{_plural(direct, 'column')} directly, {indirect:,} by their rows only"
    return f"A change of {what} affects {' and '.join(parts)}: {told}."


def to_markdown(found: Answer) -> str:
    """Return a comment for a pull request; long tables are folded."""
    what = f"`{_plain(_what(found))}`"
    title = f"`{_plain(found['start']['namespace'])}` {what}"
    lines = [f"### Impact of {title}", "", _headline(found, what), ""]
    if found["partial"]:
        lines += [f"> **Partial:** {found['reason']}.", ""]
    failing = [one["name"] for one in found["jobs"] if one["state"] == "FAILED"]
    if failing:
        lines += [f"> Failing already: {', '.join(f'`{_plain(name)}`' for name in failing)}.", ""]
    if found["summary"]["owners"]:
        lines += [f"Owners to ask: {', '.join(map(_cell, found['summary']['owners']))}", ""]
    if found["datasets"]:
        rows = [
            (
                _code(one["name"]),
                _effect(found, one),
                str(one["distance"]),
                ", ".join(_code(c["name"]) + _mark(c) for c in one["columns"]),
                _cell(", ".join(one["owners"])),
                _minute(one["written_at"]),
            )
            for one in found["datasets"]
        ]
        names = ("table", "effect", "hops", "columns", "owners", "last written")
        lines += _folded(f"{_plural(len(rows), 'table')}", names, rows)
    if found["jobs"]:
        rows = [
            (
                _code(one["name"]),
                _effect(found, one),
                str(one["distance"]),
                (one["state"] or "").lower(),
                _minute(one["ran_at"]),
                _cell(", ".join(one["owners"])),
            )
            for one in found["jobs"]
        ]
        names = ("job", "effect", "hops", "state", "last run", "owners")
        lines += _folded(f"{_plural(len(rows), 'job')}", names, rows)
    return "\n".join(lines)


def _folded(title: str, names: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterable[str]:
    is_long = len(rows) > 10
    if is_long:
        yield from (f"<details><summary>{title}</summary>", "")
    yield "| " + " | ".join(names) + " |"
    yield "|" + " --- |" * len(names)
    yield from ("| " + " | ".join(row) + " |" for row in rows[:_MOST_ROWS])
    if len(rows) > _MOST_ROWS:
        yield from ("", f"… and {len(rows) - _MOST_ROWS:,} more")
    yield ""
    if is_long:
        yield from ("</details>", "")


def _what(found: Answer) -> str:
    start = found["start"]
    if not start["columns"]:
        return str(start["name"])
    return f"{start['name']}.{', '.join(start['columns'])}"


def _effect(found: Answer, one: Answer) -> str:
    """Say how something is affected; who tells no columns may be affected by one."""
    not_told = "not told" if found["start"]["columns"] else "whole table"
    return _WORDS.get(one["effect"], not_told)


def _columns(columns: Sequence[Answer]) -> str:
    shown = [one["name"] + _mark(one) for one in columns[:_SHOWN_COLUMNS]]
    if len(columns) > _SHOWN_COLUMNS:
        shown.append(f"+{len(columns) - _SHOWN_COLUMNS:,} more")
    return ", ".join(shown)


def _mark(column: Answer) -> str:
    marks = ["rows"] if column["effect"] == "indirect" else []
    if column["masking"]:
        marks.append("masked")
    return f" ({', '.join(marks)})" if marks else ""


def _minute(time: str | None) -> str:
    return (time or "")[:16].replace("T", " ")


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def _plain(text: str) -> str:
    return text.replace("`", "'").replace("\n", " ")


def _code(text: str) -> str:
    return f"`{_plain(text)}`".replace("|", "\\|")


def _cell(text: str) -> str:
    """Return text that a cell of a Markdown table can hold; names come from producers."""
    return text.translate(_ESCAPES)
