"""`headwater events cut`: let old events go on which nothing depends any more."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final

import typer

from headwater.cli.progress import progress
from headwater.cli.session import Session, print_json

_PATH: Final = "/api/v2/events/cut"


def cut(
    context: typer.Context,
    *,
    before: Annotated[
        datetime, typer.Option(help="Events older than this may go, by event time, in UTC.")
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Blank old events on which nothing that counts now depends, for good."""
    session: Session = context.obj
    time = (before if before.tzinfo else before.replace(tzinfo=UTC)).isoformat()
    with session.answers() as answers:
        if not yes:
            with progress("Counting", total=None, quiet=as_json):
                count = answers.post(_PATH, before=time, trial=True)["entries"]
            typer.confirm(f"Blank {_events(count)} of the log for good?", abort=True, err=True)
        with progress("Cutting", total=None, quiet=as_json):
            found = answers.post(_PATH, before=time)
    if as_json:
        print_json(found)
    else:
        typer.echo(f"{_events(found['entries'])} of the log blank now")


def _events(count: int) -> str:
    return "1 event" if count == 1 else f"{count:,} events"
