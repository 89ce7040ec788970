"""`headwater events import`: events from files, in their order, as they first arrived."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from headwater.cli.progress import progress
from headwater.cli.session import Exit, Session, print_json

if TYPE_CHECKING:
    from headwater.cli.answers import Answers
    from headwater.cli.events.files import FileEvent

PATH: Final = "/api/v2/events/import"
_MOST_EVENTS: Final = 2_000
_MOST_BYTES: Final = 8 * 1024 * 1024
_SHOWN: Final = 20


def take(
    context: typer.Context,
    files: Annotated[
        list[Path],
        typer.Argument(help="Files or folders of events or of an export; - is standard input."),
    ],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Take events in from files; those that are there already change nothing."""
    from headwater.cli.events.files import size_of

    session: Session = context.obj
    size = size_of(files)
    with (
        session.answers() as answers,
        progress("Importing", total=size, unit="bytes", quiet=as_json) as advance,
    ):
        total, failed = import_files(answers, files, advance)
    if as_json:
        print_json(total | {"failed": failed})
    else:
        _print(total, failed)
    if failed:
        raise typer.Exit(Exit.INVALID)


def import_files(
    answers: Answers, files: Sequence[Path], advance: Callable[[int], None] = lambda _done: None
) -> tuple[dict[str, int], list[dict[str, object]]]:
    """Send the events of files and return how many were received, new and known, and failures.

    `advance` is told how many bytes of the files are done.
    """
    from headwater.cli.events.files import read_events
    from headwater.cli.ingest import send_batch

    total = {"received": 0, "new": 0, "known": 0}
    failed: list[dict[str, object]] = []
    for batch in _batches(read_events(files, advance)):
        is_lines = b"\n" not in batch[0].body
        body = b"\n".join(event.body for event in batch)
        media_type = "application/x-ndjson" if is_lines else "application/json"
        done = send_batch(answers, PATH, body, media_type)
        for name in total:
            total[name] += done[name]
        failed += [{**one, "where": batch[one["index"]].where} for one in done["failed"]]
    return total, failed


def _batches(events: Iterable[FileEvent]) -> Iterator[list[FileEvent]]:
    """Yield events that may share a request; one over several lines has its own."""
    batch: list[FileEvent] = []
    size = 0
    for event in events:
        is_alone = any(b"\n" in one.body for one in (event, *batch[-1:]))
        is_full = len(batch) == _MOST_EVENTS or size + len(event.body) > _MOST_BYTES
        if batch and (is_alone or is_full):
            yield batch
            batch, size = [], 0
        batch.append(event)
        size += len(event.body)
    if batch:
        yield batch


def _print(total: dict[str, int], failed: list[dict[str, object]]) -> None:
    entries = "entry" if total["new"] == 1 else "entries"
    typer.echo(
        f"{total['new']:,} {entries} went in, {total['known']:,} were there already,"
        f" {len(failed):,} were refused"
    )
    for one in failed[:_SHOWN]:
        typer.echo(f"  {one['where']} at {one['path'] or '/'}: {one['reason']}")
    if len(failed) > _SHOWN:
        typer.echo(f"  and {len(failed) - _SHOWN:,} more")
    if failed:
        typer.echo("They are dead letters: headwater dead-letters list")
