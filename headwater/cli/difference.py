"""`headwater lineage diff`: what changed between two times, or between two runs."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

import typer

from headwater.cli.asking import asking
from headwater.cli.difference_report import difference_lines, print_lines
from headwater.cli.lineage import node_of
from headwater.cli.lineage_tree import Graph as Answer
from headwater.cli.session import Exit, Session, print_json

_AGO: Final = re.compile(r"(\d+)([smhdw])", re.ASCII)
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def difference(
    context: typer.Context,
    node: Annotated[
        str | None, typer.Argument(help="A table or kind:namespace:name; without it all.")
    ] = None,
    *,
    before: Annotated[
        str | None, typer.Option("--from", help="The earlier time, or how long ago, such as 7d.")
    ] = None,
    after: Annotated[
        str | None, typer.Option("--to", help="The later time; without it now.")
    ] = None,
    from_run: Annotated[str | None, typer.Option(help="The earlier run.")] = None,
    to_run: Annotated[str | None, typer.Option(help="The later run of the same job.")] = None,
    up: Annotated[bool, typer.Option("--up", help="Only what it comes from.")] = False,
    down: Annotated[bool, typer.Option("--down", help="Only what comes from it.")] = False,
    depth: Annotated[int, typer.Option(min=0, help="Hops over a job.")] = 5,
    events: Annotated[
        list[Path] | None,
        typer.Option(help="Answer from a file of events, a line each, and no server."),
    ] = None,
    namespace: Annotated[str, typer.Option(help="Of a name without one.")] = "headwater",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what changed since a time, around a table or anywhere, or between two runs; 1 if so."""
    if (from_run is None) != (to_run is None) or (from_run is not None and node is not None):
        raise typer.BadParameter("name a table and --from, or --from-run and --to-run")
    if from_run is None and before is None:
        raise typer.BadParameter("say since when: --from 7d, or --from 2026-11-21T08:00:00Z")
    if node is None and (up or down):
        raise typer.BadParameter("--up and --down are from a table; the whole graph has no start")
    session: Session = context.obj
    with asking(session, events or ()) as answers:
        found: Answer = answers.get(
            "/api/v2/lineage/diff",
            **{"from": _time(before), "to": _time(after)},
            node=None if node is None else node_of(node, namespace=namespace),
            from_run=from_run,
            to_run=to_run,
            direction="both" if up == down else ("up" if up else "down"),
            depth=depth,
        )
    if as_json:
        print_json(found)
    elif found["same"]:
        typer.echo("Nothing changed." if not found["partial"] else f"partial: {found['reason']}")
    else:
        print_lines(difference_lines(found))
    if not found["same"]:
        raise typer.Exit(Exit.FAILED)


def _time(text: str | None) -> str | None:
    """Return a time; `7d` is so long ago."""
    ago = None if text is None else _AGO.fullmatch(text)
    if ago is None:
        return text
    try:
        time = datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    except OverflowError:
        raise typer.BadParameter(f"{text} ago is before all time") from None
    return time.isoformat()
