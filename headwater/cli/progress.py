"""Progress bars for whatever takes longer than two seconds."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal


@contextmanager
def progress(
    title: str,
    *,
    total: int | None,
    unit: Literal["bytes", "records", "steps"] = "records",
    quiet: bool = False,
) -> Iterator[Callable[[int], None]]:
    """Show a bar on a terminal; the yielded function takes how much is done so far.

    The bar goes to standard error, so that output can be piped; without a terminal, or with
    `quiet`, nothing is shown.
    """
    if quiet or not sys.stderr.isatty():
        yield lambda _done: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    counter = DownloadColumn() if unit == "bytes" else MofNCompleteColumn()
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        counter,
        TimeElapsedColumn(),
        console=Console(stderr=True),
    ) as bar:
        task = bar.add_task(title, total=total)
        yield lambda done: bar.update(task, completed=done)
