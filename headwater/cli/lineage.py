"""`headwater lineage`: where data comes from and where it goes."""

from __future__ import annotations

from typing import Annotated, Final
from urllib.parse import quote

import typer

from headwater.cli.lineage_tree import Side, print_lineage
from headwater.cli.run_telemetry import print_path
from headwater.cli.session import Session, print_json

lineage = typer.Typer(help="Where data comes from and where it goes.", no_args_is_help=True)

_KINDS: Final = ("dataset:", "job:", "datasetField:", "run:")


_AsOf = Annotated[str | None, typer.Option(help="As events up to this time say.")]
_KnownAt = Annotated[
    str | None, typer.Option(help="As known then: a time or a sequence of the log.")
]
_Since = Annotated[str | None, typer.Option(help="With --until: all runs at work in this window.")]
_Until = Annotated[str | None, typer.Option(help="The end of the window.")]
_Run = Annotated[str | None, typer.Option(help="Only what this run and those below it did.")]
_Collapse = Annotated[str | None, typer.Option(help="Groups: by parent, namespace or prefix.")]
_Expand = Annotated[
    list[str] | None, typer.Option(help="Show all neighbours of this node; repeatable.")
]


@lineage.callback()
def group() -> None:
    """Ask for the lineage of a node."""


@lineage.command("show")
def show(
    context: typer.Context,
    node: Annotated[
        str,
        typer.Argument(help="A table such as curated.daily_summary, or kind:namespace:name."),
    ],
    *,
    column: Annotated[str | None, typer.Option(help="Only this column of the table.")] = None,
    up: Annotated[bool, typer.Option("--up", help="Only what it comes from.")] = False,
    down: Annotated[bool, typer.Option("--down", help="Only what comes from it.")] = False,
    depth: Annotated[int, typer.Option(min=0, help="Hops over a job.")] = 10,
    level: Annotated[str, typer.Option(help="dataset, job, column or run.")] = "dataset",
    namespace: Annotated[str, typer.Option(help="Of a name without one.")] = "headwater",
    as_of: _AsOf = None,
    known_at: _KnownAt = None,
    since: _Since = None,
    until: _Until = None,
    run: _Run = None,
    collapse: _Collapse = None,
    expand: _Expand = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the lineage of a table, a column, a job or a run as a tree."""
    session: Session = context.obj
    direction = "both" if up == down else ("up" if up else "down")
    is_window = since is not None or until is not None
    with session.answers() as answers:
        found = answers.get(
            "/api/v2/lineage",
            node=node_of(node, namespace=namespace, column=column),
            direction=direction,
            depth=depth,
            level="column" if column is not None else level,
            asOf=as_of,
            knownAt=known_at,
            mode="union" if is_window else ("run" if run is not None else None),
            since=since,
            until=until,
            run=run,
            collapse=collapse,
            expand=expand,
        )
    if as_json:
        print_json(found)
        return
    sides: tuple[Side, ...] = ("up", "down")
    print_lineage(found, [side for side in sides if direction in (side, "both")])


@lineage.command("late")
def late(
    context: typer.Context,
    node: Annotated[
        str, typer.Argument(help="A table such as curated.daily_summary, or job:namespace:name.")
    ],
    *,
    namespace: Annotated[str, typer.Option(help="Of a name without one.")] = "headwater",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show why a table is late: the last runs that led to it, and which wait dominates."""
    session: Session = context.obj
    with session.answers() as answers:
        found = answers.get(
            "/api/v2/lineage/critical-path", node=node_of(node, namespace=namespace)
        )
    if as_json:
        print_json(found)
        return
    print_path(found)


def node_of(text: str, *, namespace: str, column: str | None = None) -> str:
    """Return the node id of a table's name, or of a column of it; a full id stays as it is."""
    if text.startswith(_KINDS):
        if column is None:
            return text
        _, _, rest = text.partition(":")
        return f"datasetField:{rest}:{column}"
    parts = [quote(part, safe="") for part in (namespace, text, column or "") if part]
    return ":".join(("datasetField" if column is not None else "dataset", *parts))
