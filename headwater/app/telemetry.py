"""Composition of telemetry: its store and its door, opened when the first request asks for them.

Most installations start without a sender of OTLP, and DuckDB and protobuf would be half of what an
idle server holds in memory.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from headwater.clock import Clock
from headwater.errors import Unavailable
from headwater.observe import LogEvent
from headwater.telemetry.settings import TelemetrySettings
from headwater.worker.loop import Loop

if TYPE_CHECKING:
    from headwater.ingest.telemetry import TelemetryDoor
    from headwater.lineage.reading.view import LineageReads
    from headwater.telemetry.duckdb.measures import DuckMeasures
    from headwater.telemetry.duckdb.records import DuckRecords
    from headwater.telemetry.duckdb.runs import DuckPipelineRuns
    from headwater.telemetry.duckdb.store import DuckTelemetry
    from headwater.telemetry.duckdb.traces import DuckTraces
    from headwater.wire.otlp.signals import Signal
    from headwater.worker.pipeline_runs import PipelineRunsFollower

FILE = "telemetry.duckdb"
CATCH_UP_SECONDS = 2.0
FOLLOW_SECONDS = 1.0
EXPIRE_SECONDS = 3600.0


class Telemetry:
    """The telemetry store of a data directory, open or not yet."""

    def __init__(
        self,
        folder: Path,
        *,
        settings: TelemetrySettings,
        clock: Clock,
        lineage: LineageReads | None = None,
    ) -> None:
        self._path = folder / FILE
        self._settings = settings
        self._clock = clock
        self._lineage = lineage
        self._lock = threading.Lock()
        self._stack = ExitStack()
        self._store: DuckTelemetry | None = None
        self._door: TelemetryDoor | None = None
        self._follower: PipelineRunsFollower | None = None
        self._is_closed = False

    async def door(self) -> TelemetryDoor:
        """Return the door from the event loop, opening the store at first."""
        if self._door is None:
            await asyncio.to_thread(self._open)
        assert self._door is not None
        return self._door

    def store(self) -> DuckTelemetry:
        """Return the store, opening it at first; call it from a thread."""
        if self._store is None:
            self._open()
        assert self._store is not None
        return self._store

    def has_any(self) -> bool:
        """Tell whether the store was ever needed, without opening it."""
        return self._store is not None or self._path.exists()

    def traces(self) -> DuckTraces:
        """Return what answers questions about spans, opening the store at first."""
        from headwater.telemetry.duckdb.traces import DuckTraces

        return DuckTraces(self.store())

    def measures(self) -> DuckMeasures:
        """Return what answers questions about how things went."""
        from headwater.telemetry.duckdb.measures import DuckMeasures

        return DuckMeasures(self.store())

    def runs(self) -> DuckPipelineRuns:
        """Return the runs beside telemetry, as lineage has them now unless that takes long."""
        from headwater.telemetry.duckdb.runs import DuckPipelineRuns

        store = self.store()
        if self._follower is not None:
            self._follower.catch_up(within_seconds=CATCH_UP_SECONDS)
        return DuckPipelineRuns(store)

    def records(self) -> DuckRecords:
        """Return what answers questions about log records and metrics."""
        from headwater.telemetry.duckdb.records import DuckRecords

        return DuckRecords(self.store())

    def keep_spans(self, request: bytes) -> None:
        """Keep the spans of an OTLP request of our own, from a thread."""
        from headwater.wire.otlp.signals import Signal

        self._keep(Signal.TRACES, request)

    def keep_metrics(self, request: bytes) -> None:
        """Keep the metrics of an OTLP request of our own, from a thread."""
        from headwater.wire.otlp.signals import Signal

        self._keep(Signal.METRICS, request)

    def _keep(self, signal: Signal, request: bytes) -> None:
        from headwater.wire.otlp.signals import PROTOBUF

        if self._door is None:
            self._open()
        assert self._door is not None
        self._door.submit(signal, request, PROTOBUF)

    def state(self) -> str:
        """Tell whether the store is open."""
        return "idle" if self._store is None else "ready"

    def close(self) -> None:
        """Commit what waits, checkpoint, let go of the file."""
        with self._lock:
            self._is_closed = True
            self._stack.close()

    def _open(self) -> None:
        with self._lock:
            if self._door is not None:
                return
            if self._is_closed:
                raise Unavailable("the telemetry store is closed")
            from headwater.ingest.telemetry import TelemetryDoor
            from headwater.telemetry.duckdb.store import DuckTelemetry

            store = DuckTelemetry.open(self._path, memory_limit=self._settings.memory_limit)
            self._stack.callback(store.close)
            keep = timedelta(days=self._settings.keep_days)
            self._loop(
                lambda: store.expire(self._clock.now() - keep),
                name="telemetry-retention",
                every_seconds=EXPIRE_SECONDS,
                failure=LogEvent.EXPIRY_FAILED,
            )
            self._follow(store)
            door = TelemetryDoor(store, settings=self._settings, clock=self._clock)
            self._stack.callback(door.close)
            self._store, self._door = store, door

    def _follow(self, store: DuckTelemetry) -> None:
        if self._lineage is None:
            return
        from headwater.telemetry.duckdb.runs import DuckPipelineRuns
        from headwater.worker.pipeline_runs import PipelineRunsFollower

        follower = PipelineRunsFollower(self._lineage, DuckPipelineRuns(store), clock=self._clock)
        self._follower = follower
        self._loop(
            lambda: follower.catch_up(within_seconds=CATCH_UP_SECONDS),
            name="pipeline-runs",
            every_seconds=FOLLOW_SECONDS,
            failure=LogEvent.RUNS_NOT_KEPT,
        )

    def _loop(
        self, work: Callable[[], object], *, name: str, every_seconds: float, failure: LogEvent
    ) -> None:
        loop = Loop(
            work, name=name, every_seconds=every_seconds, failure=failure, clock=self._clock
        )
        loop.start()
        self._stack.callback(loop.close)
