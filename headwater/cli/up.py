"""`headwater up`: everything in one process."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headwater.cli.session import Session

if TYPE_CHECKING:
    from headwater.app.platform import Platform

Data = Annotated[
    Path | None, typer.Option(help="The folder that holds everything.", show_default=False)
]
Host = Annotated[str | None, typer.Option(help="The address to listen on [default: 127.0.0.1].")]
Port = Annotated[
    int | None, typer.Option(min=0, max=65_535, help="The port of the API [default: 5000].")
]
WebPort = Annotated[
    int | None, typer.Option(min=0, max=65_535, help="Where users look for the UI [default: 3000].")
]
OtlpPort = Annotated[
    int | None, typer.Option(min=0, max=65_535, help="Where OTLP senders look [default: 4318].")
]
Insecure = Annotated[
    bool, typer.Option(help="Listen beyond this machine although no token exists.")
]


def up(
    context: typer.Context,
    *,
    data: Data = None,
    host: Host = None,
    port: Port = None,
    web_port: WebPort = None,
    otlp_port: OtlpPort = None,
    insecure: Insecure = False,
) -> None:
    """Serve everything in one process until it is told to stop."""
    from headwater.app.server import serve
    from headwater.config import load_settings, misspelt_variables
    from headwater.observe import configure_logging

    for sentence in misspelt_variables():
        typer.echo(f"headwater: {sentence}", err=True)
    session: Session = context.obj
    settings = load_settings(data=data or session.data)
    ports = {"port": port, "web_port": web_port, "otlp_port": otlp_port}
    given = {name: value for name, value in ports.items() if value is not None}
    asked = frozenset(given) | (settings.server.model_fields_set & frozenset(ports))
    chosen = {**given, **({"host": host} if host is not None else {})}
    settings = settings.model_copy(update={"server": settings.server.model_copy(update=chosen)})
    configure_logging(settings.log_level)
    serve(settings, asked=asked, insecure=insecure, on_ready=_announce)


def _announce(platform: Platform, urls: Sequence[str]) -> None:
    main, *others = urls
    typer.echo(f"Headwater serves {platform.settings.data}")
    typer.echo(f"  Web UI        {main}/ui/")
    typer.echo(f"  API and docs  {main}/docs")
    typer.echo(f"  OpenLineage   {main}/api/v1/lineage")
    for url in others:
        typer.echo(f"  also on       {url}")
    typer.echo("Stop it with Ctrl-C.")
