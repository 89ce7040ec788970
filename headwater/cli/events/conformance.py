"""`headwater events conformance`: what each producer sends wrongly, over the whole log."""

from __future__ import annotations

from typing import Annotated

import typer

from headwater.cli.events.check import Level
from headwater.cli.progress import progress
from headwater.cli.session import Session, print_json
from headwater.cli.table import print_table


def conformance(
    context: typer.Context,
    *,
    producer: Annotated[str | None, typer.Option(help="Only this producer.")] = None,
    level: Annotated[Level, typer.Option(help="Only findings that are so bad.")] = Level.WARNING,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what producers sent that is not as the published schemas have it."""
    session: Session = context.obj
    with session.answers() as answers:
        asked = {"producer": producer, "level": level.value}
        found = answers.get("/api/v2/conformance", **asked, budget=0)
        with progress("Checking", total=found["entries"], quiet=as_json) as advance:
            checked = -1
            while found["checked"] < found["entries"] and found["checked"] > checked:
                checked = found["checked"]
                advance(max(checked, 0))
                found = answers.get("/api/v2/conformance", **asked)
    if as_json:
        print_json(found)
        return
    for one in found["producers"]:
        events = "event" if one["events"] == 1 else "events"
        typer.echo(f"{one['producer'] or 'no producer named'}: {one['events']:,} {events}")
        if not one["findings"]:
            typer.echo("  as published\n")
            continue
        print_table(
            ("severity", "rule", "at", "what", "events"),
            (
                (f["severity"], f["rule"], f["pattern"], f["message"], f["events"])
                for f in one["findings"]
            ),
        )
    if not found["producers"]:
        typer.echo("no events yet")
