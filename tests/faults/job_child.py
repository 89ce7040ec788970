"""A process that runs the chain over a lake and may kill itself at an event."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from headwater.app.jobs import open_lake
from headwater.clock import SystemClock
from headwater.engine.settings import JobSettings, MaintenanceSettings
from headwater.jobs.runner import Runner
from headwater.sdk.times import new_run_id


class Recorder:
    """Appends events to a file; at number `kill_at` the process dies, before or after."""

    def __init__(self, path: Path, *, kill_at: int = 0, is_taken: bool = True) -> None:
        self._path = path
        self._left = kill_at
        self._is_taken = is_taken

    def emit(self, event: bytes) -> None:
        self._left -= 1
        if self._left != 0 or self._is_taken:
            with self._path.open("ab") as file:
                file.write(event + b"\n")
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def close(self) -> None:
        pass


def run_chain(folder: Path, transport: Recorder, job: str = "refresh") -> list[str | None]:
    """Run the chain, or a job, once; return the error of each table."""
    clock = SystemClock()
    with open_lake(folder, namespace="headwater", clock=clock) as lake:
        settings = JobSettings(maintenance=MaintenanceSettings(small_files=2))
        runner = Runner(lake, transport, settings=settings, clock=clock)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        return [result.error for result in runner.run(job, run_id=new_run_id())]


if __name__ == "__main__":
    run_chain(
        Path(sys.argv[1]),
        Recorder(Path(sys.argv[2]), kill_at=int(sys.argv[3]), is_taken=sys.argv[4] == "taken"),
        *sys.argv[5:],
    )
