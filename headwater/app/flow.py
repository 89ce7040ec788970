"""Composition of pipelines: their executor, made when it is first asked for."""

from __future__ import annotations

import asyncio
import logging
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from headwater.app.lineage import Lineage
from headwater.app.records import Records
from headwater.app.telemetry import Telemetry
from headwater.clock import Clock
from headwater.config import Settings
from headwater.errors import HeadwaterError, Unavailable
from headwater.model.principal import SYSTEM
from headwater.observe import LogEvent, log

if TYPE_CHECKING:
    from headwater.flow.executor import PipelineExecutor
    from headwater.flow.runs import PipelineRun

FILE = "flow.db"


class Flow:
    """The pipelines of a data directory; DBOS is loaded by the first question about them."""

    def __init__(
        self,
        folder: Path,
        *,
        settings: Settings,
        lineage: Lineage,
        records: Records,
        telemetry: Telemetry,
        clock: Clock,
    ) -> None:
        self._folder = folder
        self._settings = settings
        self._lineage = lineage
        self._records = records
        self._telemetry = telemetry
        self._clock = clock
        self._lock = threading.Lock()
        self._executor: PipelineExecutor | None = None
        self._is_closed = False

    def executor(self) -> PipelineExecutor:
        """Return what runs pipelines, made at first; call it from a thread."""
        with self._lock:
            if self._is_closed:
                raise Unavailable("the server stops")
            if self._executor is None:
                self._executor = self._make()
            return self._executor

    def resume(self) -> None:
        """Go on with the runs that an earlier process left, in a thread of its own."""
        if (self._folder / FILE).exists():
            threading.Thread(target=self._resume, name="flow-resume", daemon=True).start()

    def state(self) -> str:
        """Tell whether the executor was needed yet."""
        return "idle" if self._executor is None else "ready"

    def close(self) -> None:
        """Stop; what is under way goes on after the next start."""
        with self._lock:
            self._is_closed = True
            if self._executor is not None:
                self._executor.close()
                self._executor = None

    def _resume(self) -> None:
        try:
            self.executor()
        except HeadwaterError as error:
            if not self._is_closed:
                log(LogEvent.PIPELINES_STOPPED, level=logging.ERROR, reason=str(error))

    def _make(self) -> PipelineExecutor:
        from headwater.flow.executor import PipelineExecutor
        from headwater.flow.registry import Pipelines
        from headwater.flow.stage_files import StageFiles
        from headwater.flow.stage_work import StageWork

        work = StageWork(
            files=StageFiles(self._folder / "pipelines"),
            folder=self._settings.flow.files or self._folder / "files",
            send=self._send,
            clock=self._clock,
        )
        executor = PipelineExecutor(
            self._folder,
            pipelines=Pipelines(),
            work=work,
            settings=self._settings.flow,
            transport=self._lineage.transport,
            namespace=self._settings.lake.namespace,
            clock=self._clock,
            keep_trace=self._keep_trace,
        )
        executor.open()
        return executor

    def _send(self, source: str, lines: bytes, key: str) -> int:
        """Put records through the door for records, from a thread of DBOS."""
        admission = asyncio.run(self._records.door.admit(lines, SYSTEM, source=source, key=key))
        return admission.accepted

    def _keep_trace(self, run: PipelineRun) -> None:
        """Keep a run's trace; telemetry is disposable, so its failure is no failure of the run."""
        try:
            from headwater.flow.trace import trace_of

            self._telemetry.keep_spans(trace_of(run))
        except Exception:
            logging.getLogger("headwater").exception(LogEvent.TRACE_LOST.value)
