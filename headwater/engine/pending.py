"""Runs that are open: what is needed to close each of them after a crash, in a file per run."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

Outcome = Literal["COMPLETE", "FAIL"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingRun:
    """An open run. Events are OpenLineage events as JSON values.

    `complete` lacks only what the snapshot decides: its time and the version of the output.
    `table` is (zone, name) of the one table that the run commits to, None for a run that only
    has children. `children` are declared before they start; the value is how each ended, if it
    did. `terminal` is set when the end is decided and no snapshot says so.
    """

    run_id: str
    job: str
    start: Mapping[str, Any]
    parent_id: str | None = None
    table: tuple[str, str] | None = None
    complete: Mapping[str, Any] | None = None
    terminal: Mapping[str, Any] | None = None
    children: Mapping[str, Outcome | None] | None = None


class Pending:
    """The folder of open runs; every change is on disk when the method returns."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, run: PendingRun) -> None:
        """Store the run as it is now."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._path(run.run_id)
        draft = path.with_suffix(".draft")
        with draft.open("wb") as file:
            file.write(json.dumps(asdict(run)).encode())
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        self._sync()

    def get(self, run_id: str) -> PendingRun | None:
        """Return an open run, None when it is not open."""
        path = self._path(run_id)
        return _read(path) if path.exists() else None

    def find(self) -> tuple[PendingRun, ...]:
        """Return every open run, in order of their ids."""
        return tuple(_read(path) for path in sorted(self._folder.glob("*.json")))

    def note(self, parent_id: str | None, run_id: str, outcome: Outcome) -> None:
        """Tell the parent, while it is open, how one of its declared children ended."""
        parent = None if parent_id is None else self.get(parent_id)
        if parent is not None and parent.children is not None and run_id in parent.children:
            self.write(replace(parent, children={**parent.children, run_id: outcome}))

    def tidy(self) -> None:
        """Remove what a process that died while writing left; nobody else may be writing."""
        for draft in self._folder.glob("*.draft"):
            draft.unlink()

    def remove(self, run_id: str) -> None:
        """Forget a run: its end is acknowledged."""
        self._path(run_id).unlink(missing_ok=True)
        self._sync()

    def _path(self, run_id: str) -> Path:
        return self._folder / f"{run_id}.json"

    def _sync(self) -> None:
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _read(path: Path) -> PendingRun:
    found = json.loads(path.read_bytes())
    table = found.pop("table")
    return PendingRun(**found, table=None if table is None else (table[0], table[1]))
