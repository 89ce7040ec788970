"""`headwater demo`: the whole platform on real data, then it keeps serving."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from headwater.cli.session import Session, print_json
from headwater.cli.up import Host, OtlpPort, Port, WebPort

if TYPE_CHECKING:
    from headwater.cli.demo.server import DemoServer
    from headwater.cli.demo.story import Report


def demo(
    context: typer.Context,
    *,
    once: Annotated[
        bool, typer.Option("--once", help="Print what was made and exit, on free ports.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    host: Host = None,
    port: Port = None,
    web_port: WebPort = None,
    otlp_port: OtlpPort = None,
) -> None:
    """Post a year of real flights and weather, run the jobs, show what came of it."""
    from headwater.cli.demo.page import print_addresses, print_report
    from headwater.cli.demo.server import DemoServer
    from headwater.cli.demo.story import JOINS

    session: Session = context.obj
    given = {"--port": port, "--web-port": web_port, "--otlp-port": otlp_port}
    ports = {name: 0 if once and value is None else value for name, value in given.items()}
    arguments = [
        text for name, value in ports.items() if value is not None for text in (name, str(value))
    ]
    arguments += ["--host", host] if host else []
    with _data_directory(session.data, once=once) as data:
        server = DemoServer(
            data, arguments=arguments, environment={"HEADWATER_JOBS__JOINS": json.dumps(JOINS)}
        )
        try:
            report = _play(server, data, quiet=as_json)
            if as_json:
                print_json(asdict(report))
            else:
                print_report(report)
                if not once:
                    print_addresses(report)
            if not once:
                typer.echo("Serving; stop it with Ctrl-C.", err=True)
                _wait(server)
        finally:
            server.stop()


def _play(server: DemoServer, data: Path, *, quiet: bool) -> Report:
    from headwater.cli.answers import Answers, HttpExchange
    from headwater.cli.demo.page import Terminal
    from headwater.cli.demo.story import Report, Story

    report = Report(data=str(data))
    report.url = server.wait_until_ready()
    exchange = HttpExchange(report.url)
    try:
        with TemporaryDirectory(prefix="headwater-demo-") as folder:
            Story(Answers(exchange), Path(folder), Terminal(quiet=quiet), report).play()
    finally:
        exchange.close()
    return report


def _wait(server: DemoServer) -> None:
    """Wait for the server, until Ctrl-C or SIGTERM."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        server.wait()
    except KeyboardInterrupt:
        typer.echo("", err=True)


@contextmanager
def _data_directory(chosen: Path | None, *, once: bool) -> Iterator[Path]:
    """Yield the folder to use: the one chosen, a temporary one, or the demo's own."""
    from headwater.config import default_data_directory

    if chosen is not None:
        yield chosen.absolute()
    elif once:
        with TemporaryDirectory(prefix="headwater-demo-") as folder:
            yield Path(folder)
    else:
        yield default_data_directory("headwater-demo")
