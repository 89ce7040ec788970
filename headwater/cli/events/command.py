"""`headwater events` and its commands."""

from __future__ import annotations

import typer

from headwater.cli.events.check import check

events = typer.Typer(
    help="OpenLineage events in files: check, import, export.", no_args_is_help=True
)
events.command()(check)
