"""How far a command is, told on standard error, for whatever takes longer than two seconds."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Final, Literal, Protocol, TextIO

FIRST_SECONDS: Final = 2.0
EVERY_SECONDS: Final = 5.0
_REDRAW_SECONDS: Final = 0.1
_MEGABYTE: Final = 1e6

Unit = Literal["bytes", "records", "steps"]


class Advance(Protocol):
    """Takes how much is done so far and, in words, what was done last."""

    def __call__(self, done: int, latest: str = "", /) -> None:
        """Note how far it is."""
        ...


@contextmanager
def progress(
    title: str,
    *,
    total: int | None,
    unit: Unit = "records",
    quiet: bool = False,
    now: Callable[[], float] = monotonic,
) -> Iterator[Advance]:
    """Tell how far something is for as long as it lasts; the yielded function moves it on.

    A terminal shows a bar, which goes at the end; anything else gets a plain line every few
    seconds. All of it goes to standard error, so that output can be piped; with `quiet`, and of
    what is over within two seconds, nothing is told.
    """
    step = _Step(title, total, unit, now, began=now())
    if quiet:
        yield step.advance
        return
    ended = threading.Event()
    teller = threading.Thread(
        target=_tell, args=(step, ended, sys.stderr), name="progress", daemon=True
    )
    teller.start()
    try:
        yield step.advance
    finally:
        ended.set()
        teller.join()


@dataclass(slots=True)
class _Step:
    title: str
    total: int | None
    unit: Unit
    now: Callable[[], float]
    began: float
    done: int = 0
    latest: str = ""

    def advance(self, done: int, latest: str = "", /) -> None:
        self.done, self.latest = done, latest

    def words(self) -> str:
        """Say how much is done, and what was last."""
        return ", ".join(part for part in (self._amount(), self.latest) if part)

    def line(self) -> str:
        """Say all there is to say without a terminal."""
        words, seconds = self.words(), f"{self.now() - self.began:,.0f} s"
        return f"{self.title}: {words} after {seconds}" if words else f"{self.title}: {seconds}"

    def _amount(self) -> str:
        if self.total is None and not self.done:
            return ""
        if self.unit == "bytes":
            done, total = self.done / _MEGABYTE, (self.total or 0) / _MEGABYTE
            return f"{done:,.1f} MB" if self.total is None else f"{done:,.1f} of {total:,.1f} MB"
        of = "" if self.total is None else f" of {self.total:,}"
        is_one = (self.done if self.total is None else self.total) == 1
        return f"{self.done:,}{of} {self.unit[:-1] if is_one else self.unit}"


def _tell(step: _Step, ended: threading.Event, stream: TextIO) -> None:
    if ended.wait(FIRST_SECONDS):
        return
    if stream.isatty():
        _show_bar(step, ended, stream)
        return
    while True:
        stream.write(f"{step.line()}\n")
        stream.flush()
        if ended.wait(EVERY_SECONDS):
            return


def _show_bar(step: _Step, ended: threading.Event, stream: TextIO) -> None:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[words]}"),
        TimeElapsedColumn(),
        console=Console(file=stream),
        transient=True,
    ) as bar:
        task = bar.add_task(step.title, total=step.total, words="")
        while not ended.wait(_REDRAW_SECONDS):
            bar.update(task, completed=step.done, words=step.words())
