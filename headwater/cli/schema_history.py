"""`headwater lineage history`: how the columns of a table changed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from headwater.cli.asking import asking
from headwater.cli.difference_report import print_lines, schema_line
from headwater.cli.lineage import node_of
from headwater.cli.lineage_tree import Graph as Answer
from headwater.cli.session import Session, print_json


def history(
    context: typer.Context,
    node: Annotated[
        str, typer.Argument(help="A table such as processed.orders, or dataset:namespace:name.")
    ],
    *,
    breaking: Annotated[
        bool, typer.Option("--breaking", help="Only changes that break readers or writers.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="How many versions.")] = 20,
    events: Annotated[
        list[Path] | None,
        typer.Option(help="Answer from a file of events, a line each, and no server."),
    ] = None,
    namespace: Annotated[str, typer.Option(help="Of a name without one.")] = "headwater",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show how the columns of a table changed, by which run, and who is downstream of a break."""
    session: Session = context.obj
    with asking(session, events or ()) as answers:
        found: Answer = answers.get(
            "/api/v2/lineage/schema-history",
            node=node_of(node, namespace=namespace),
            breaking=breaking or None,
            limit=limit,
        )
    if as_json:
        print_json(found)
        return
    if not found["versions"]:
        none = "no breaking change" if found["total"] else "no schema"
        typer.echo(f"{found['name']} has {none} that any event tells of")
        return
    for version in found["versions"]:
        print_lines(_lines(version))
    left = found["total"] - len(found["versions"])
    if left > 0 and not breaking:
        typer.echo(f"and {left:,} earlier; ask with a larger --limit")


def _lines(version: Answer) -> list[str]:
    run = version["run"]
    by = f"run {run['id']} of {run['job']['name']}" if run else "a dataset event"
    lines = [f"version {version['number']}  {version['since'][:19].replace('T', ' ')}  by {by}"]
    if version["number"] == 1:
        lines += [f"    {one['name']} {one['type'] or ''}".rstrip() for one in version["columns"]]
    lines += (f"    {schema_line(change)}" for change in version["changes"])
    downstream = version["downstream"]
    if downstream is not None:
        names = [one["name"] for one in (*downstream["datasets"], *downstream["jobs"])]
        lines.append(f"    downstream of it now: {', '.join(names) or 'nothing that is known'}")
        if downstream["owners"]:
            lines.append(f"    owners: {', '.join(downstream['owners'])}")
    return lines
