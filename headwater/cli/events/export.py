"""`headwater events export`: the log of lineage as a file of lines, or a file for each event."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer

from headwater.cli.answers import Answers
from headwater.cli.progress import progress
from headwater.cli.session import Session
from headwater.errors import Conflict

PATH: Final = "/api/v2/events"
_PAGE: Final = 2_000

Write = Callable[[int, bytes], None]


def export(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(help="Where to: a file, in gzip if it ends in .gz; - is standard output."),
    ] = Path("-"),
    *,
    objects: Annotated[
        bool,
        typer.Option(
            "--objects", help="Make a folder with a file for each event, as file transports do."
        ),
    ] = False,
    bare: Annotated[
        bool,
        typer.Option("--bare", help="Only events as they were sent, for another server."),
    ] = False,
    after: Annotated[int, typer.Option(min=0, help="Only what has a greater sequence.")] = 0,
) -> None:
    """Write the log of events, and of what people did to lineage, in the order of commit."""
    session: Session = context.obj
    with session.answers() as answers, _target(file, is_folder=objects) as write:
        total = answers.get(f"{PATH}/count", after=after)["entries"]
        is_seen = str(file) == "-" and sys.stdout.isatty()
        with progress("Exporting", total=total, quiet=is_seen) as advance:
            done = written = 0
            for line in _entries(answers, after):
                done += 1
                written += _write(line, write, done=done, bare=bare)
                advance(done)
    entries = "entry" if written == 1 else "entries"
    commands = "command" if done - written == 1 else "commands"
    left = f", {done - written:,} {commands} of people left out" if done > written else ""
    typer.echo(f"{written:,} {entries} written{left}", err=True)


def _entries(answers: Answers, after: int) -> Iterator[bytes]:
    from headwater.wire.openlineage.entries import read_entry

    while True:
        page = answers.get_bytes(PATH, accept="application/x-ndjson", after=after, limit=_PAGE)
        lines = page.splitlines()
        if not lines:
            return
        yield from lines
        after = read_entry(lines[-1]).sequence or after


def _write(line: bytes, write: Write, *, done: int, bare: bool) -> bool:
    from headwater.wire.openlineage.entries import read_entry

    entry = read_entry(line)
    if bare and entry.is_command:
        return False
    write(entry.sequence or done, entry.body if bare else line)
    return True


@contextmanager
def _target(file: Path, *, is_folder: bool) -> Iterator[Write]:
    """Open where lines go; a file appears only once it is whole."""
    if is_folder:
        if str(file) == "-" or file.is_file():
            raise Conflict(f"{file} is no folder", hint="name the folder to make")
        file.mkdir(parents=True, exist_ok=True)
        yield lambda sequence, line: _write_object(file, sequence, line)
        return
    if str(file) == "-":
        yield lambda _sequence, line: _print(line)
        return
    if file.is_dir():
        raise Conflict(f"{file} is a folder", hint="name a file in it, or add --objects")
    part = file.with_name(file.name + ".part")
    opened = gzip.open if file.suffix == ".gz" else open
    with opened(part, "wb") as stream:
        yield lambda _sequence, line: _put(stream.write, line)
    part.replace(file)


def _write_object(folder: Path, sequence: int, line: bytes) -> None:
    (folder / f"events-{sequence:012d}.json").write_bytes(line)


def _print(line: bytes) -> None:
    _put(sys.stdout.buffer.write, line)


def _put(write: Callable[[bytes], object], line: bytes) -> None:
    write(line + b"\n")
