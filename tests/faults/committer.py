"""Commits to a table in forked children that can be killed; started by test_commit_kill.py.

Reads one JSON object a line: `{"run": 1, "die_at": 3, "die_after": null}`; forks a child that
replaces all files of the table, and dies before its third step, or after so many seconds, or
never; then answers with the number of steps that the child took, or null when it died.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlalchemy import Engine, event

from headwater.lake.commit_lock import CommitLock
from headwater.lake.contract import BOOKMARK, RUN_ID, Change, TableDeclaration
from headwater.lake.iceberg import IcebergCommits
from headwater.lake.writing import write_parquet
from headwater.model.columns import Column

COLUMNS = (
    Column(field="number", name="number", type="long"),
    Column(field="event_ts", name="event_ts", type="timestamp"),
)
DECLARATION = TableDeclaration(zone="processed", name="t", columns=COLUMNS, day_of="event_ts")


class Steps:
    """Counts what the process asks of the disk, and ends the process before a chosen step."""

    def __init__(self, die_at: int | None) -> None:
        self.taken = 0
        self._die_at = die_at

    def count(self) -> None:
        self.taken += 1
        if self.taken == self._die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, owner: Any, name: str) -> None:
        original = getattr(owner, name)

        def counted(*args: Any, **kwargs: Any) -> Any:
            self.count()
            return original(*args, **kwargs)

        setattr(owner, name, counted)


def commit_once(lake: Path, run: int) -> None:
    with CommitLock(lake):
        commits = IcebergCommits(lake)
        table = commits.ensure(DECLARATION)
        old = commits.files("processed", "t")
        schema = commits.arrow_schema("processed", "t")
        day = 86_400_000_000
        rows = pa.table({"number": [run, run], "event_ts": pa.array([0, day]).cast(schema[1].type)})
        added = write_parquet(rows, schema, Path(table.location), day_of="event_ts")
        summary = {RUN_ID: f"run-{run}", BOOKMARK: str(run)}
        removed = tuple(file.path for file in old)
        commits.commit("processed", "t", Change(add=added, remove=removed, summary=summary))
        commits.close()


def child(lake: Path, order: dict[str, Any], answer: int) -> None:
    steps = Steps(order["die_at"])
    steps.watch(os, "fsync")
    steps.watch(os, "mkdir")
    steps.watch(Path, "hardlink_to")
    steps.watch(Path, "unlink")
    steps.watch(IcebergCommits, "close")
    event.listen(Engine, "commit", lambda _: steps.count())
    if order["die_after"] is not None:  # nobody handles the alarm, so it ends the process
        signal.setitimer(signal.ITIMER_REAL, order["die_after"])
    commit_once(lake, order["run"])
    os.write(answer, json.dumps(steps.taken).encode())


def main() -> None:
    lake = Path(sys.argv[1])
    for line in sys.stdin:
        reader, writer = os.pipe()
        process = os.fork()
        if process == 0:
            try:
                child(lake, json.loads(line), writer)
            finally:
                os._exit(0)
        os.close(writer)
        os.waitpid(process, 0)
        print((os.read(reader, 64) or b"null").decode(), flush=True)
        os.close(reader)


if __name__ == "__main__":
    main()
