"""`headwater dead-letters`: events that were refused, and their way back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from headwater.cli.again import check_choice, send_again, send_instead
from headwater.cli.session import Session, print_json
from headwater.cli.table import print_table

PATH = "/api/v2/dead-letters"

dead_letters = typer.Typer(
    help="Lineage events that were refused, with their reasons.", no_args_is_help=True
)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Key = Annotated[str, typer.Argument(help="The key, as `list` shows it.")]


@dead_letters.command("list")
def list_refused(
    context: typer.Context,
    *,
    after: Annotated[str | None, typer.Option(help="Go on behind a page.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List refused events, the latest first."""
    session: Session = context.obj
    with session.answers() as answers:
        found = answers.get(PATH, after=after, limit=limit)
    if as_json:
        print_json(found)
        return
    waiting = found["waiting"]
    if not waiting:
        typer.echo("no refused event waits")
    else:
        print_table(
            ("key", "received", "from", "at", "reason"),
            (
                (
                    one["key"],
                    one["received_at"][:19] + "Z",
                    one["principal"],
                    one["path"],
                    one["reason"],
                )
                for one in found["dead_letters"]
            ),
            whole=("key", "received"),
            title=f"{waiting:,} {'dead letter waits' if waiting == 1 else 'dead letters wait'}",
        )
    if found["dropped"]:
        typer.echo(f"{found['dropped']:,} older ones were dropped: too many to keep")
    if found["next"]:
        typer.echo(f"more: --after {found['next']}")


@dead_letters.command("show")
def show(
    context: typer.Context,
    key: Key,
    *,
    body: Annotated[
        bool, typer.Option("--body", help="Print only the event, byte for byte, to edit it.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show one refused event as it was sent."""
    session: Session = context.obj
    with session.answers() as answers:
        if body:
            sent = answers.get_bytes(f"{PATH}/body", accept="application/octet-stream", key=key)
            sys.stdout.buffer.write(sent)
            return
        found = answers.get(f"{PATH}/record", key=key)
    if as_json:
        print_json(found)
        return
    typer.echo(f"{found['received_at']} from {found['principal']}, {found['bytes']:,} bytes")
    typer.echo(f"{found['path'] or '/'}: {found['reason']}")
    for finding in found["findings"]:
        typer.echo(f"  {finding['severity']}: {finding['path']} {finding['message']}")
    typer.echo(found["body"])
    if not found["whole"]:
        typer.echo("… only the start was kept")


@dead_letters.command("replay")
def replay(
    context: typer.Context,
    keys: Annotated[list[str] | None, typer.Argument(help="Keys; none with --all.")] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="All that wait.")] = False,
    as_json: AsJson = False,
) -> None:
    """Send refused events in again as they are, for instance after an upgrade."""
    chosen = check_choice(keys, every=every)
    send_again(context.obj, PATH, keys=chosen, noun="events", as_json=as_json)


@dead_letters.command("fix")
def fix(
    context: typer.Context,
    key: Key,
    file: Annotated[Path, typer.Argument(help="A file with the event as it should be.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Send an event in in place of a refused one."""
    send_instead(context.obj, PATH, key=key, file=file, as_json=as_json)


@dead_letters.command("delete")
def delete(context: typer.Context, key: Key, *, as_json: AsJson = False) -> None:
    """Remove a refused event for good."""
    session: Session = context.obj
    with session.answers() as answers:
        found = answers.delete(PATH, key=key)
    if as_json:
        print_json(found)
    else:
        typer.echo(f"{key} is removed")
