"""Where a question about lineage is answered: by the platform, or out of files of events."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

import typer

from headwater.cli.session import Session
from headwater.errors import Invalid, Missing

if TYPE_CHECKING:
    from headwater.cli.answers import Answers

_PORTION_BYTES: Final = 4 * 1024 * 1024


@contextmanager
def asking(session: Session, files: Sequence[Path]) -> Iterator[Answers]:
    """Reach the platform, or one in a folder of its own that knows the events of `files`.

    What does not exist is invalid input here, so that exit code 1 stays free for an answer.
    """
    try:
        if files:
            with _offline(files) as answers:
                yield answers
        else:
            with session.answers() as answers:
                yield answers
    except Missing as error:
        raise Invalid(error.message, hint=error.hint) from error


@contextmanager
def _offline(files: Sequence[Path]) -> Iterator[Answers]:
    from tempfile import TemporaryDirectory

    from headwater.app.inside import inside_exchange
    from headwater.app.platform import Platform
    from headwater.cli.answers import Answers
    from headwater.config import load_settings

    with TemporaryDirectory(prefix="headwater-events-") as folder:
        settings = load_settings(data=Path(folder) / "data")
        with Platform.open(settings) as platform:
            answers = Answers(inside_exchange(platform.application))
            for file in files:
                _load(answers, file)
            yield answers


def _load(answers: Answers, file: Path) -> None:
    """Send what a file holds; says on standard error how much of it are no events."""
    reasons: list[str] = []
    received = 0
    try:
        for body in _portions(file, reasons):
            reply = answers.post_bytes("/api/v2/events/import", body, headers={})
            outcome = json.loads(reply.body)
            received += outcome["received"] - len(outcome["failed"])
            reasons += (one["reason"] for one in outcome["failed"])
    except OSError as error:
        raise Invalid(f"cannot read {file}: {error.strerror or error}") from error
    if not received:
        raise Invalid(f"{file} holds no events", hint="give NDJSON, an OpenLineage event a line")
    if reasons:
        left = f"{len(reasons):,} of {received + len(reasons):,} events left out, the first because"
        typer.echo(f"{file}: {left} {reasons[0]}", err=True)


def _portions(file: Path, reasons: list[str]) -> Iterator[bytes]:
    """Yield whole lines in portions that one request may hold, or a whole JSON document.

    Lines that cannot be events get a reason each and stay here.
    """
    with file.open("rb") as opened:
        if opened.read(1024).lstrip()[:1] == b"[" or not any(map(_is_event, _rewound(opened))):
            yield b"".join(_rewound(opened))
            return
        held: list[bytes] = []
        size = 0
        for number, line in enumerate(_rewound(opened), 1):
            if not _is_event(line):
                reasons += [f"line {number} is not a JSON object"] if line.strip() else []
                continue
            if size + len(line) > _PORTION_BYTES and held:
                yield b"".join(held)
                held, size = [], 0
            held.append(line)
            size += len(line)
        yield b"".join(held)


def _rewound(opened: BinaryIO) -> BinaryIO:
    opened.seek(0)
    return opened


def _is_event(line: bytes) -> bool:
    stripped = line.strip()
    return stripped[:1] == b"{" and stripped[-1:] == b"}"
