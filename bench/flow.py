"""What running a pipeline durably costs: a step, with records and lineage, and runs a second."""

from __future__ import annotations

import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, TypedDict

from headwater.app.platform import Platform
from headwater.clock import SystemClock
from headwater.config import load_settings
from headwater.flow.executor import PipelineExecutor
from headwater.flow.registry import Pipelines
from headwater.flow.settings import FlowSettings
from headwater.flow.stage_files import StageFiles
from headwater.flow.stage_work import StageWork
from headwater.sdk.pipeline import Pipeline, Records, StageContext
from headwater.sdk.transport import Transport

STEPS: Final = 20
ROUNDS: Final = 5
RUNS: Final = 40
RECORDS: Final = 1_000


class Result(TypedDict, total=False):
    """One figure, as `bench` prints it."""

    name: str
    value: float
    unit: str
    floor: float
    aim: float
    peer: str


class Silence:
    """A transport that drops every event, so that only the workflow is measured."""

    def emit(self, event: bytes) -> None:
        """Drop an event."""

    def close(self) -> None:
        """Nothing to let go of."""


def run() -> list[Result]:
    """Measure runs of many stages less runs of one, by the stage; commits by hand beside them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        commit = _commit_ms(folder / "by-hand.db")
        with _executor(folder / "silent", Silence()) as executor:
            bare = _step_ms(executor, "idle")
            handed = _step_ms(executor, "passing")
            runs = _runs_a_second(executor)
        with ExitStack() as stack:
            settings = load_settings(data=folder / "data")
            platform = stack.enter_context(Platform.open(settings))
            transport = platform.lineage.transport
            executor = stack.enter_context(_executor(folder / "told", transport))
            told = _step_ms(executor, "idle")
    peer = f"one durable commit to SQLite by hand {commit:.2f} ms"
    return [
        {
            "name": "workflow overhead a step",
            "value": round(bare, 2),
            "unit": "ms",
            "floor": 10,
            "aim": 3,
            "peer": peer,
        },
        {"name": "a step, its lineage told and kept", "value": round(told, 2), "unit": "ms"},
        {
            "name": f"a step that hands on {RECORDS:,} records, measured",
            "value": round(handed, 2),
            "unit": "ms",
        },
        {"name": "runs of a pipeline of two stages", "value": round(runs, 1), "unit": "1/s"},
    ]


@contextmanager
def _executor(folder: Path, transport: Transport) -> Iterator[PipelineExecutor]:
    folder.mkdir()
    clock = SystemClock()
    executor = PipelineExecutor(
        folder,
        pipelines=Pipelines({one.name: one for one in _pipelines()}),
        work=StageWork(
            files=StageFiles(folder / "pipelines"),
            folder=folder,
            send=lambda source, lines, key: 0,
            clock=clock,
        ),
        settings=FlowSettings(),
        transport=transport,
        namespace="bench",
        clock=clock,
        keep_trace=lambda run: None,
    )
    try:
        executor.open()
        yield executor
    finally:
        executor.close()


def _pipelines() -> Sequence[Pipeline]:
    idle, passing, single, short = (
        Pipeline(name) for name in ("idle", "passing", "single", "short")
    )
    for number in range(STEPS):
        idle.stage("transform", name=f"stage-{number}")(_nothing)
        passing.stage("transform", name=f"stage-{number}")(_records)
    single.stage("extract", name="stage")(_nothing)
    short.stage("extract", name="read")(_nothing)
    short.stage("load", name="write")(_nothing)
    return idle, passing, single, short


def _nothing(context: StageContext) -> None:
    return None


def _records(context: StageContext, records: Records) -> Records:
    return list(records) or [{"n": number, "name": f"n{number}"} for number in range(RECORDS)]


def _step_ms(executor: PipelineExecutor, name: str) -> float:
    """Return the milliseconds of a stage: a run of many less one of a single stage."""
    _run_ms(executor, "single")  # opens the file, imports what is imported late
    many = min(_run_ms(executor, name) for _ in range(ROUNDS))
    one = min(_run_ms(executor, "single") for _ in range(3 * ROUNDS))
    return (many - one) / (STEPS - 1)


def _run_ms(executor: PipelineExecutor, name: str) -> float:
    started = time.perf_counter()
    run_id = executor.start(name, {}, principal="bench").run_id
    executor.wait(run_id)
    elapsed = time.perf_counter() - started
    assert executor.get(run_id).state == "COMPLETED", executor.get(run_id).error
    return elapsed * 1_000


def _runs_a_second(executor: PipelineExecutor) -> float:
    started = time.perf_counter()
    runs = [executor.start("short", {}, principal="bench").run_id for _ in range(RUNS)]
    for run_id in runs:
        executor.wait(run_id)
    return RUNS / (time.perf_counter() - started)


def _commit_ms(path: Path) -> float:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE step (name TEXT)")
    rounds = []
    for _ in range(50):
        started = time.perf_counter()
        connection.execute("INSERT INTO step VALUES ('a')")
        rounds.append(time.perf_counter() - started)
    connection.close()
    return statistics.median(rounds) * 1_000
