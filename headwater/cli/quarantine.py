"""`headwater quarantine`: records that could not be used, and their way back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from headwater.cli.progress import progress
from headwater.cli.session import Exit, Session, print_json
from headwater.cli.table import print_table
from headwater.errors import Missing

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
        found = answers.get("/api/v2/quarantine", source=source, after=after, limit=limit)
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
        found = answers.get("/api/v2/quarantine/record", key=key)
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
    if bool(keys) == every:
        raise typer.BadParameter("give keys, or --all")
    session: Session = context.obj
    accepted, errors = 0, []
    with session.answers() as answers:
        for key in keys or ():
            answers.post("/api/v2/quarantine/replay", key=key)
            accepted += 1
        path = "/api/v2/quarantine"
        total = answers.get(path, source=source, limit=1)["waiting"] if every else None
        with progress("Replaying", total=total, quiet=as_json) as advance:
            after: str | None = "" if every else None
            while after is not None:
                done = answers.post(f"{path}/replay-all", source=source, after=after)
                accepted += done["accepted"]
                errors += done["errors"]
                advance(accepted + len(errors))
                after = done["next"]
    if as_json:
        print_json({"accepted": accepted, "errors": errors})
    else:
        typer.echo(f"{accepted:,} records went in, {len(errors):,} are still wrong")
    if errors:
        raise typer.Exit(Exit.INVALID)


@quarantine.command("fix")
def fix(
    context: typer.Context,
    key: Key,
    file: Annotated[Path, typer.Argument(help="A file with the data as it should be.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Send a record in with other data in its place."""
    if not file.is_file():
        raise Missing(f"there is no file {file}")
    session: Session = context.obj
    with session.answers() as answers:
        reply = answers.post_bytes(
            "/api/v2/quarantine/fix",
            file.read_bytes(),
            headers={"Content-Type": "application/json"},
            key=key,
        )
    if as_json:
        typer.echo(reply.body.decode())
    else:
        typer.echo(f"{key} went in")
