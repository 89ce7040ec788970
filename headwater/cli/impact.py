"""`headwater lineage impact`: what breaks if this changes, for people, pull requests and CI."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from headwater.cli.asking import asking
from headwater.cli.impact_report import print_impact, to_markdown
from headwater.cli.lineage import node_of
from headwater.cli.lineage_tree import Graph as Answer
from headwater.cli.session import Exit, Session, print_json


class FailOn(StrEnum):
    """The weakest effect that fails a check."""

    NEVER = "never"
    DIRECT = "direct"
    INDIRECT = "indirect"
    ANY = "any"


_FAILS: Final = {
    FailOn.NEVER: (),
    FailOn.DIRECT: ("direct",),
    FailOn.INDIRECT: ("direct", "indirect"),
    FailOn.ANY: ("direct", "indirect", "table"),
}


def impact(
    context: typer.Context,
    node: Annotated[
        str,
        typer.Argument(help="A table such as processed.orders, or kind:namespace:name."),
    ],
    *,
    column: Annotated[
        list[str] | None, typer.Option(help="Only this column changes; may be given again.")
    ] = None,
    depth: Annotated[int, typer.Option(min=1, help="Hops over a job.")] = 20,
    budget: Annotated[
        int, typer.Option(min=1, max=10_000, help="Most datasets, jobs and columns.")
    ] = 2_000,
    fail_on: Annotated[
        FailOn, typer.Option(help="End with code 1 if there is such an effect or a stronger one.")
    ] = FailOn.NEVER,
    events: Annotated[
        list[Path] | None,
        typer.Option(help="Answer from a file of events, a line each, and no server."),
    ] = None,
    namespace: Annotated[str, typer.Option(help="Of a name without one.")] = "headwater",
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print Markdown, for a pull request.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what breaks if a table, a column or a job changes, with owners and last runs."""
    if markdown and as_json:
        raise typer.BadParameter("give --markdown or --json")
    session: Session = context.obj
    with asking(session, events or ()) as answers:
        found: Answer = answers.get(
            "/api/v2/lineage/impact",
            node=node_of(node, namespace=namespace),
            column=column or None,
            depth=depth,
            budget=budget,
        )
    if as_json:
        print_json(found)
    elif markdown:
        typer.echo(to_markdown(found), nl=False)
    else:
        print_impact(found)
    effects = found["summary"]["effects"]
    if any(effects[effect] for effect in _FAILS[fail_on]):
        raise typer.Exit(Exit.FAILED)
