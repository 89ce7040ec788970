"""Starts one run of a pipeline, or goes on with it, and says when it is over."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from headwater.clock import SystemClock
from headwater.flow.executor import PipelineExecutor
from headwater.flow.registry import Pipelines
from headwater.flow.settings import FlowSettings
from headwater.flow.stage_files import StageFiles
from headwater.flow.stage_work import StageWork
from headwater.sdk.pipeline import Pipeline

PAUSE_SECONDS = 0.02
pipeline = Pipeline("counted")


@pipeline.extract
def read(context: Any) -> Any:
    time.sleep(PAUSE_SECONDS)
    return [{"n": number} for number in range(10)]


@pipeline.transform
def double(context: Any, records: Any) -> Any:
    time.sleep(PAUSE_SECONDS)
    return [{"n": 2 * record["n"]} for record in records]


@pipeline.load
def store(context: Any, records: Any) -> None:
    for start in range(0, 10, 5):
        context.send("counted", records[start : start + 5])
        time.sleep(PAUSE_SECONDS)


class Journal:
    """Appends every event to a file; a transport."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def emit(self, event: bytes) -> None:
        os.write(self._descriptor, event + b"\n")

    def close(self) -> None:
        """Leave it open: the process is killed."""


def main(folder: Path) -> None:
    """Run until the run is over."""
    clock = SystemClock()

    def send(source: str, lines: bytes, key: str) -> int:
        (folder / f"sent-{key}").write_bytes(lines)  # the same key, the same file
        return len(lines.splitlines())

    executor = PipelineExecutor(
        folder,
        pipelines=Pipelines({pipeline.name: pipeline}),
        work=StageWork(
            files=StageFiles(folder / "pipelines"), folder=folder, send=send, clock=clock
        ),
        settings=FlowSettings(),
        transport=Journal(folder / "events"),
        namespace="headwater",
        clock=clock,
        keep_trace=lambda run: None,
    )
    executor.open()
    run_id = executor.start("counted", {}, principal="me", key="one").run_id
    os.write(1, b"started\n")
    executor.wait(run_id)
    run = executor.get(run_id)
    os.write(1, json.dumps({"state": run.state, "rows": run.stages[1].rows_out}).encode() + b"\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
