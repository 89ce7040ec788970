"""An executor of pipelines over a lineage store in a folder, with what it told and sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from headwater.clock import SystemClock
from headwater.flow.executor import PipelineExecutor
from headwater.flow.registry import Pipelines
from headwater.flow.runs import PipelineRun
from headwater.flow.settings import FlowSettings
from headwater.flow.stage_files import StageFiles
from headwater.flow.stage_work import StageWork
from headwater.sdk.pipeline import Pipeline


@dataclass
class Told:
    """What an executor told, sent and traced; a transport too."""

    events: list[dict[str, Any]] = field(default_factory=list)
    sent: dict[str, tuple[str, list[Any]]] = field(default_factory=dict)
    traces: list[PipelineRun] = field(default_factory=list)

    def emit(self, event: bytes) -> None:
        self.events.append(json.loads(event))

    def close(self) -> None:
        """Nothing to let go of."""

    def send(self, source: str, lines: bytes, key: str) -> int:
        records = [json.loads(line) for line in lines.splitlines()]
        self.sent[key] = (source, records)
        return len(records)

    def types_of(self, job: str) -> list[str]:
        return [e["eventType"] for e in self.events if e["job"]["name"] == job]


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def executor_of(tmp_path: Path, told: Told) -> Iterator[Callable[..., PipelineExecutor]]:
    opened: list[PipelineExecutor] = []

    def build(*pipelines: Pipeline, settings: FlowSettings | None = None) -> PipelineExecutor:
        for one in opened:
            one.close()
        opened.clear()
        clock = SystemClock()
        files = tmp_path / "files"
        files.mkdir(exist_ok=True)
        work = StageWork(
            files=StageFiles(tmp_path / "pipelines"), folder=files, send=told.send, clock=clock
        )
        executor = PipelineExecutor(
            tmp_path,
            pipelines=Pipelines({one.name: one for one in pipelines}),
            work=work,
            settings=settings or FlowSettings(),
            transport=told,
            namespace="headwater",
            clock=clock,
            keep_trace=told.traces.append,
        )
        opened.append(executor)
        executor.open()
        return executor

    yield build
    for one in opened:
        one.close()


def finished(executor: PipelineExecutor, run_id: str) -> PipelineRun:
    """Wait until a run is over, and return it."""
    executor.wait(run_id)
    return executor.get(run_id)
