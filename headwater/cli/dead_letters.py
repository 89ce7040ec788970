"""`headwater dead-letters`: events that were refused, and their way back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from headwater.cli.progress import progress
from headwater.cli.session import Exit, Session, print_json
from headwater.cli.table import print_table
from headwater.errors import Missing

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
    if bool(keys) == every:
        raise typer.BadParameter("give keys, or --all")
    session: Session = context.obj
    accepted, errors = 0, []
    with session.answers() as answers:
        for key in keys or ():
            answers.post(f"{PATH}/replay", key=key)
            accepted += 1
        total = answers.get(PATH, limit=1)["waiting"] if every else None
        with progress("Replaying", total=total, quiet=as_json or not every) as advance:
            after: str | None = None
            while every:
                done = answers.post(f"{PATH}/replay-all", after=after)
                accepted += done["accepted"]
                errors += done["errors"]
                advance(accepted + len(errors))
                after = done["next"]
                if after is None:
                    break
    if as_json:
        print_json({"accepted": accepted, "errors": errors})
    else:
        typer.echo(f"{accepted:,} events went in, {len(errors):,} are still wrong")
    if errors:
        raise typer.Exit(Exit.INVALID)


@dead_letters.command("fix")
def fix(
    context: typer.Context,
    key: Key,
    file: Annotated[Path, typer.Argument(help="A file with the event as it should be.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Send an event in in place of a refused one."""
    if not file.is_file():
        raise Missing(f"there is no file {file}")
    session: Session = context.obj
    with session.answers() as answers:
        reply = answers.post_bytes(
            f"{PATH}/fix",
            file.read_bytes(),
            headers={"Content-Type": "application/json"},
            key=key,
        )
    if as_json:
        typer.echo(reply.body.decode())
    else:
        typer.echo(f"{key} went in")


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
