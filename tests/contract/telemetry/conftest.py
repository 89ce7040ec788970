"""The telemetry store on every engine.

`HEADWATER_TEST_TELEMETRY` names the engine: DuckDB unless it says `clickhouse`. That one
runs inside the process and hangs after a fork, so `test_engines.py` gives it a process of its own.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from headwater.clock import ManualClock
from headwater.ingest.telemetry import TelemetryDoor
from headwater.telemetry.contract import Measures, PipelineRuns, Records, TelemetryWriter, Traces
from headwater.telemetry.settings import TelemetrySettings
from headwater.wire.otlp.signals import PROTOBUF, Signal

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ENGINE = os.environ.get("HEADWATER_TEST_TELEMETRY", "duckdb")


@dataclass
class Engine:
    """A store with what asks it."""

    writer: TelemetryWriter
    traces: Traces
    measures: Measures
    records: Records
    runs: PipelineRuns
    door: TelemetryDoor
    clock: ManualClock

    def send(self, body: bytes, *, signal: Signal = Signal.TRACES, media: str = PROTOBUF) -> None:
        """Hand in a request, as the API does."""
        self.door.submit(signal, body, media)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The one folder that ClickHouse's engine can have in a process."""
    return tmp_path_factory.mktemp("clickhouse")


@pytest.fixture
def open_engine(tmp_path: Path, shared: Path) -> Iterator[Callable[[], Engine]]:
    """Open the store of this test, as often as it is asked to."""
    if ENGINE == "clickhouse":
        _empty(shared)
    with ExitStack() as stack:

        def open_() -> Engine:
            clock = ManualClock(NOW)
            parts = _clickhouse(shared) if ENGINE == "clickhouse" else _duckdb(tmp_path)
            door = TelemetryDoor(parts[0], settings=TelemetrySettings(), clock=clock)
            engine = Engine(*parts, door, clock)
            stack.callback(engine.writer.close)
            stack.callback(door.close)
            return engine

        yield open_


@pytest.fixture
def engine(open_engine: Callable[[], Engine]) -> Engine:
    return open_engine()


Parts = tuple[TelemetryWriter, Traces, Measures, Records, PipelineRuns]


def _duckdb(folder: Path) -> Parts:
    from headwater.telemetry.duckdb.measures import DuckMeasures
    from headwater.telemetry.duckdb.records import DuckRecords
    from headwater.telemetry.duckdb.runs import DuckPipelineRuns
    from headwater.telemetry.duckdb.store import DuckTelemetry
    from headwater.telemetry.duckdb.traces import DuckTraces

    store = DuckTelemetry.open(folder / "telemetry.duckdb")
    return (
        store,
        DuckTraces(store),
        DuckMeasures(store),
        DuckRecords(store),
        DuckPipelineRuns(store),
    )


def _clickhouse(folder: Path) -> Parts:
    import clickhouse_connect

    from headwater.telemetry.clickhouse.measures import ClickHouseMeasures
    from headwater.telemetry.clickhouse.records import ClickHouseRecords
    from headwater.telemetry.clickhouse.runs import ClickHousePipelineRuns
    from headwater.telemetry.clickhouse.store import ClickHouseTelemetry
    from headwater.telemetry.clickhouse.traces import ClickHouseTraces

    session = clickhouse_connect.get_client(interface="chdb", path=str(folder))
    store = ClickHouseTelemetry.open(session)
    return (
        store,
        ClickHouseTraces(store),
        ClickHouseMeasures(store),
        ClickHouseRecords(store),
        ClickHousePipelineRuns(store),
    )


def _empty(folder: Path) -> None:
    """Empty the tables that an earlier test left; to make them anew takes a second."""
    import clickhouse_connect

    session = clickhouse_connect.get_client(interface="chdb", path=str(folder))
    tables = session.query("SELECT name FROM system.tables WHERE database = currentDatabase()")
    for (table,) in tables.result_rows:
        if not table.endswith("_mv"):
            session.command(f"TRUNCATE TABLE {table}")
    session.close()
