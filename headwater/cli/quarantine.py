"""`headwater quarantine`: records that could not be used, and their way back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from headwater.cli.again import check_choice, send_again, send_instead
from headwater.cli.session import Session, print_json
from headwater.cli.table import print_table

PATH = "/api/v2/quarantine"

quarantine = typer.Typer(
    help="Records that could not be used, with their reasons.", no_args_is_help=True
)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Key = Annotated[str, typer.Argument(help="The record's key, as `list` shows it.")]
OfSource = Annotated[str | None, typer.Option("--source", help="Only this source.")]


@quarantine.command("list")
def list_records(
    context: typer.Context,
    *,
    source: OfSource = None,
    after: Annotated[str, typer.Option(help="Begin behind this key.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List the records that wait."""
    session: Session = context.obj
    with session.answers() as answers:
        found = answers.get(PATH, source=source, after=after, limit=limit)
    if as_json:
        print_json(found)
        return
    if not found["waiting"]:
        typer.echo("no record waits in quarantine")
        return
    print_table(
        ("key", "source", "stage", "path", "reason"),
        (
            (one["key"], one["source"], one["stage"], one["path"], one["reason"])
            for one in found["records"]
        ),
        whole=("key",),
        title=f"{found['waiting']:,} {'record waits' if found['waiting'] == 1 else 'records wait'}",
    )
    if found["next"]:
        typer.echo(f"more: --after {found['next']}")


@quarantine.command("show")
def show_record(context: typer.Context, key: Key, *, as_json: AsJson = False) -> None:
    """Show one record as it was sent."""
    session: Session = context.obj
    with session.answers() as answers:
        found = answers.get(f"{PATH}/record", key=key)
    if as_json:
        print_json(found)
        return
    typer.echo(f"{found['source']} · {found['stage']} · {found['received_at']}")
    typer.echo(f"{found['path'] or '/'}: {found['reason']}")
    typer.echo(found["data"])


@quarantine.command("replay")
def replay(
    context: typer.Context,
    keys: Annotated[list[str] | None, typer.Argument(help="Keys; none with --all.")] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="All that wait.")] = False,
    source: OfSource = None,
    as_json: AsJson = False,
) -> None:
    """Send records in again as they are, for instance after a schema changed."""
    chosen = check_choice(keys, every=every)
    send_again(context.obj, PATH, keys=chosen, noun="records", as_json=as_json, source=source)


@quarantine.command("fix")
def fix(
    context: typer.Context,
    key: Key,
    file: Annotated[Path, typer.Argument(help="A file with the data as it should be.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Send a record in with other data in its place."""
    send_instead(context.obj, PATH, key=key, file=file, as_json=as_json)
