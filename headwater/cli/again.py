"""What was refused or put aside, sent in once more: refused events, quarantined records."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer

from headwater.cli.progress import progress
from headwater.cli.session import Exit, Session, print_json
from headwater.errors import Missing


def send_again(
    session: Session,
    path: str,
    *,
    keys: Sequence[str],
    noun: str,
    as_json: bool,
    source: str | None = None,
) -> None:
    """Send those with these keys in again, all that wait without keys, and print how it went.

    Exits with `Exit.INVALID` where some are still wrong.
    """
    accepted, errors = 0, list[object]()
    with session.answers() as answers:
        for key in keys:
            answers.post(f"{path}/replay", key=key)
            accepted += 1
        total = None if keys else answers.get(path, source=source, limit=1)["waiting"]
        with progress("Replaying", total=total, quiet=as_json or bool(keys)) as advance:
            after, is_over = None, bool(keys)
            while not is_over:
                done = answers.post(f"{path}/replay-all", source=source, after=after)
                accepted += done["accepted"]
                errors += done["errors"]
                advance(accepted + len(errors))
                after = done["next"]
                is_over = after is None
    if as_json:
        print_json({"accepted": accepted, "errors": errors})
    else:
        typer.echo(f"{accepted:,} {noun} went in, {len(errors):,} are still wrong")
    if errors:
        raise typer.Exit(Exit.INVALID)


def send_instead(session: Session, path: str, *, key: str, file: Path, as_json: bool) -> None:
    """Send what a file holds in place of the one with this key, and print that it went in."""
    if not file.is_file():
        raise Missing(f"there is no file {file}")
    headers = {"Content-Type": "application/json"}
    with session.answers() as answers:
        reply = answers.post_bytes(f"{path}/fix", file.read_bytes(), headers=headers, key=key)
    typer.echo(reply.body.decode() if as_json else f"{key} went in")


def check_choice(keys: Sequence[str] | None, *, every: bool) -> Sequence[str]:
    """Return the keys; raises a usage error unless there are either keys or `--all`."""
    if bool(keys) == every:
        raise typer.BadParameter("give keys, or --all")
    return keys or ()
