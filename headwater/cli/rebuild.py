"""`headwater rebuild`: the lineage projections, made again from the log."""

from __future__ import annotations

from typing import Annotated

import typer

from headwater.cli.progress import progress
from headwater.cli.session import Session, print_json


def rebuild(
    context: typer.Context,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Make every lineage projection again from the log of events and commands."""
    session: Session = context.obj
    with (
        session.answers() as answers,
        progress("Rebuilding", total=None, unit="steps", quiet=as_json),
    ):
        found = answers.post("/api/v2/rebuild")
    if as_json:
        print_json(found)
    else:
        typer.echo(f"{found['entries']:,} entries of the log were applied again")
