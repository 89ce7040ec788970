"""Tables on a terminal."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

_NARROWEST: Final = 13


def print_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    title: str | None = None,
    whole: Collection[str] = (),
) -> None:
    """Print rows under their column names; numbers stand to the right.

    Columns in `whole` are never broken, so that their ids can be copied; where they leave the
    others no room, the table is wider than the terminal.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    values = [list(row) for row in rows]
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for position, name in enumerate(columns):
        is_number = any(isinstance(row[position], int | float) for row in values)
        table.add_column(
            name, justify="right" if is_number else "left", overflow="fold", no_wrap=name in whole
        )
    for row in values:
        table.add_row(*(Text(shown(value)) for value in row))
    kept = [position for position, name in enumerate(columns) if name in whole]
    widest = sum(max((len(shown(row[at])) for row in values), default=0) for at in kept)
    least = widest + _NARROWEST * (len(columns) - len(kept)) if kept else 0
    Console(width=max(Console().width, least)).print(table)


def shown(value: object) -> str:
    """Return a value as a person reads it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.3f}".rstrip("0").rstrip(".")
    return str(value)


def print_records(columns: Sequence[str], rows: Sequence[Sequence[object]], *, title: str) -> None:
    """Print each row as lines of name and value, for rows too wide for a table."""
    from rich.console import Console
    from rich.text import Text

    console = Console()
    if title:
        console.print(Text(title, style="italic"))
    width = max((len(name) for name in columns), default=0)
    for number, row in enumerate(rows, 1):
        console.print(Text(f"row {number}", style="bold"))
        for name, value in zip(columns, row, strict=True):
            console.print(Text(f"  {name:<{width}}  {shown(value)}"), soft_wrap=True)


def fits(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bool:
    """Tell whether a table of these rows is narrower than the terminal."""
    from rich.console import Console

    widths = [len(name) for name in columns]
    for row in rows:
        widths = [max(w, len(shown(value))) for w, value in zip(widths, row, strict=True)]
    return sum(widths) + 3 * len(widths) <= Console().width
