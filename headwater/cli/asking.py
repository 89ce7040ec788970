"""Where a question about lineage is answered: by the platform, or out of files of events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from headwater.cli.session import Session
from headwater.errors import Invalid, Missing

if TYPE_CHECKING:
    from headwater.cli.answers import Answers


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
            _load(answers, files)
            yield answers


def _load(answers: Answers, files: Sequence[Path]) -> None:
    """Take in what the files hold; says on standard error how much of it are no events."""
    from headwater.cli.events.take import import_files

    total, failed = import_files(answers, files)
    if total["received"] == len(failed):
        names = ", ".join(map(str, files))
        raise Invalid(f"{names} holds no events", hint="give NDJSON, an OpenLineage event a line")
    if failed:
        first = f"{failed[0]['where']}: {failed[0]['reason']}"
        left = f"{len(failed):,} of {total['received']:,} events left out"
        typer.echo(f"{left}, the first is {first}", err=True)
