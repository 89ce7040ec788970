"""`headwater events` and its commands."""

from __future__ import annotations

import typer

from headwater.cli.events.check import check
from headwater.cli.events.conformance import conformance
from headwater.cli.events.cut import cut
from headwater.cli.events.export import export
from headwater.cli.events.take import take

events = typer.Typer(
    help="OpenLineage events: check, import, export, cut old ones.", no_args_is_help=True
)
events.command()(check)
events.command()(conformance)
events.command()(cut)
events.command()(export)
events.command("import")(take)
