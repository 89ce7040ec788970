"""`headwater ingest`: records from files into the lake, through the same door as HTTP."""

from __future__ import annotations

import gzip
import json
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any, Final
from urllib.parse import quote

import typer

from headwater.cli.progress import progress
from headwater.cli.session import Exit, Session, print_json
from headwater.errors import Busy, Invalid, Malformed, Missing, TooLarge
from headwater.model.json import JsonObject

if TYPE_CHECKING:
    from headwater.cli.answers import Answers

BATCH_LINES: Final = 2_000
BATCH_BYTES: Final = 8 * 1024 * 1024
_SHOWN_ERRORS: Final = 10
_OTHERWISE: Final = "JSON or NDJSON goes in here; CSV by: headwater pipelines run file_to_source"


def ingest(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="JSON or NDJSON, also .gz; - reads stdin.")],
    *,
    source: Annotated[
        str | None,
        typer.Option(help='The source; without it each record is {"source": …, "data": …}.'),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Send the records of FILES and wait until they are durable."""
    session: Session = context.obj
    for file in files:
        if str(file) != "-" and file.is_dir():
            raise Invalid(f"{file} is a folder", hint="name the files in it")
        if str(file) != "-" and not file.exists():
            raise Missing(f"there is no file {file}")
    total = {"accepted": 0, "rejected": 0}
    errors: list[JsonObject] = []
    with session.answers() as answers:
        for file in files:
            for part in _send(answers, file, source, quiet=as_json):
                total["accepted"] += part["accepted"]
                total["rejected"] += part["rejected"]
                errors.extend({**error, "file": str(file)} for error in part["errors"])
    if as_json:
        print_json({**total, "errors": errors})
    else:
        _print(total, errors)
    if total["rejected"]:
        raise typer.Exit(Exit.INVALID)


def send_batch(answers: Answers, target: str, body: bytes, media_type: str) -> JsonObject:
    """Post one body to `target`, waiting out a full queue, and return the answer."""
    from headwater.clock import SystemClock

    clock = SystemClock()
    while True:
        try:
            reply = answers.post_bytes(target, body, headers={"Content-Type": media_type})
        except Busy as busy:
            clock.sleep(busy.retry_after_seconds)
            continue
        answer: JsonObject = json.loads(reply.body)
        return answer


def _send(answers: Answers, file: Path, source: str | None, *, quiet: bool) -> Iterator[JsonObject]:
    target = "/ingest" if source is None else f"/ingest/{quote(source, safe='')}"
    is_piped = str(file) == "-"
    name, size = ("standard input", None) if is_piped else (file.name, file.stat().st_size)
    with (
        _opened(file) as (stream, position),
        progress(f"Sending {name}", total=size, unit="bytes", quiet=quiet) as advance,
    ):
        start = sent = 0
        for lines, body, media_type in _bodies(stream):
            try:
                answer = send_batch(answers, target, body, media_type)
            except Invalid as refused:
                said = name if is_piped else str(file)
                where = f"{said}, from record {start:,} on" if start else said
                refused.message = f"{where}: {refused.message}"
                if isinstance(refused, TooLarge) and media_type == "application/json":
                    refused.hint = "write one record per line (NDJSON), which goes in batches"
                elif isinstance(refused, Malformed) and _is_of_rows(file):
                    refused.hint = _OTHERWISE
                raise
            for error in answer["errors"]:
                error["index"] += start
            start += lines
            sent += len(body)
            advance(sent if is_piped else position())
            yield answer


def _is_of_rows(file: Path) -> bool:
    return file.name.removesuffix(".gz").endswith((".csv", ".tsv"))


@contextmanager
def _opened(file: Path) -> Iterator[tuple[IO[bytes], Any]]:
    if str(file) == "-":
        yield sys.stdin.buffer, None
        return
    with file.open("rb") as raw:
        if file.suffix == ".gz":
            with gzip.open(raw) as inflated, whole_gzip(str(file)):
                yield inflated, raw.tell  # type: ignore[misc]  # GzipFile reads like IO[bytes]
        else:
            yield raw, raw.tell


@contextmanager
def whole_gzip(name: str) -> Iterator[None]:
    """Turn what unpacking raises into `Malformed`, with the name of what is unpacked."""
    try:
        yield
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        said = str(error).rstrip(".")
        raise Malformed(
            f"{name} is not whole gzip: {said}",
            hint="send the file again where it came from, or drop .gz if it is not packed",
        ) from error


def _bodies(stream: IO[bytes]) -> Iterator[tuple[int, bytes, str]]:
    """Yield (records, body, media type): NDJSON in batches, one JSON document whole."""
    first = stream.readline()
    while first and not first.strip():
        first = stream.readline()
    if not first:
        return
    if not _is_document(first):
        yield 1, first + stream.read(), "application/json"
        return
    lines, size = [first], len(first)
    for line in stream:
        if not line.strip():
            continue
        if len(lines) == BATCH_LINES or size + len(line) > BATCH_BYTES:
            yield len(lines), b"".join(lines), "application/x-ndjson"
            lines, size = [], 0
        lines.append(line)
        size += len(line)
    yield len(lines), b"".join(lines), "application/x-ndjson"


def _is_document(line: bytes) -> bool:
    """Tell whether a line is a whole JSON value, so that the file is NDJSON."""
    stripped = line.strip()
    if stripped.startswith(b"["):
        return False
    try:
        json.loads(stripped)
    except ValueError:
        # A broken first record of NDJSON ends like a whole one; a document spread over
        # lines does not. The server reports either with its position.
        return stripped.endswith(b"}")
    return True


def _print(total: dict[str, int], errors: list[JsonObject]) -> None:
    typer.echo(f"{total['accepted']:,} records accepted, {total['rejected']:,} rejected")
    for error in errors[:_SHOWN_ERRORS]:
        typer.echo(
            f"  {error['file']} record {error['index']} at {error['path'] or '/'}: "
            f"{error['reason']}"
        )
    if len(errors) > _SHOWN_ERRORS:
        typer.echo(f"  and {len(errors) - _SHOWN_ERRORS:,} more")
    if errors:
        typer.echo("They are in quarantine: headwater quarantine list")


def read_json_file(file: Path) -> Any:
    """Return the JSON value in a file; raises `Missing` and `Invalid`."""
    if not file.is_file():
        raise Missing(f"there is no file {file}")
    try:
        return json.loads(file.read_bytes())
    except ValueError as error:
        raise Invalid(f"{file} is not JSON: {error}") from error
