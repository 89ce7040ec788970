"""Runs pipelines so that they survive the process: each stage is a step that DBOS remembers.

DBOS keeps what was started and which steps are done in `flow.db`; after a crash the next start
goes on with the first stage that is not. It is imported on first use, and is one to a process.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Final
from uuid import UUID, uuid5

from headwater.clock import Clock
from headwater.errors import Busy, Conflict, Missing, Unprocessable
from headwater.flow.durable import Durable, Found
from headwater.flow.live import LiveRuns
from headwater.flow.registry import Pipelines
from headwater.flow.run_work import Asked, RunWork
from headwater.flow.runs import (
    Outcome,
    PipelineRun,
    Request,
    StageRun,
    stage_run_id,
    stopped,
    waiting,
)
from headwater.flow.settings import FlowSettings
from headwater.flow.stage_work import StageWork
from headwater.flow.telling import Telling
from headwater.sdk.pipeline import ParameterError, Pipeline
from headwater.sdk.times import new_run_id
from headwater.sdk.transport import Transport

_KEYS: Final = UUID("0f1a7c51-6d0f-5f0a-8c3e-2f0f6a1a9d01")
_LONGEST_KEY: Final = 255
_DAY_SECONDS: Final = 86_400.0
_SWEEP_SECONDS: Final = 3_600.0


class PipelineExecutor:
    """Starts, continues, follows and stops runs of pipelines; `open` goes on with open ones."""

    def __init__(
        self,
        folder: Path,
        *,
        pipelines: Pipelines,
        work: StageWork,
        settings: FlowSettings,
        transport: Transport,
        namespace: str,
        clock: Clock,
        keep_trace: Callable[[PipelineRun], None],
    ) -> None:
        self._pipelines = pipelines
        self._settings = settings
        self._files = work.files
        self._measuring = work.measuring
        self._transport = transport
        self._namespace = namespace
        self._clock = clock
        self._live = LiveRuns()
        self._starting = threading.Lock()
        self._swept = 0.0
        self._durable = Durable(folder / "flow.db", self._run)
        self._run_work = RunWork(
            work=work,
            durable=self._durable,
            live=self._live,
            slots=threading.Semaphore(settings.concurrency),
            clock=clock,
            keep_trace=keep_trace,
        )

    @property
    def pipelines(self) -> Mapping[str, Pipeline]:
        """Return the pipelines that can be started, by name."""
        return self._pipelines.all()

    def open(self) -> None:
        """Go on with the runs that an earlier process left open, if there are any."""
        if self._durable.exists:
            self._durable.open()
            self._sweep()

    def close(self) -> None:
        """Stop; a run that is under way goes on after the next start."""
        self._live.close()
        self._durable.close()
        self._measuring.close()

    def start(
        self, name: str, parameters: Mapping[str, object], *, principal: str, key: str | None = None
    ) -> PipelineRun:
        """Start a run and return it; with a key that was used before, return that run.

        Raises `Missing` for an unknown pipeline, `Unprocessable` for wrong parameters, `Conflict`
        when the key was used for something else, `Busy` when too many runs are open.
        """
        pipeline = self._pipelines.get(name)
        try:
            checked = pipeline.check(parameters)
        except ParameterError as error:
            raise Unprocessable(
                error.message, path=f"/parameters/{error.name}", hint=error.hint
            ) from error
        run_id = new_run_id(self._clock.now())
        if key is not None:
            if not 0 < len(key) <= _LONGEST_KEY:
                raise Unprocessable(f"the idempotency key has {len(key)} characters, not 1 to 255")
            run_id = str(uuid5(_KEYS, f"{principal}\n{key}"))
        request = Request(pipeline=name, parameters=checked, principal=principal)
        with self._starting:
            found = self._durable.find(run_id)
            if found is None:
                self._check_room()
                found = self._durable.start(run_id, request)
        if found.request != request:
            raise Conflict(
                f"the idempotency key {key!r} was used for another request",
                hint="use a key once, for one request",
            )
        return self._told(found)

    def get(self, run_id: str) -> PipelineRun:
        """Return a run as it stands; raises `Missing`."""
        found = self._durable.find(run_id)
        if found is None:
            raise Missing(f"there is no run {run_id} of a pipeline")
        return self._told(found)

    def find(self, *, limit: int, pipeline: str | None = None) -> Sequence[PipelineRun]:
        """Return runs, the newest first."""
        return [self._told(one) for one in islice(self._durable.latest(pipeline=pipeline), limit)]

    def wait(self, run_id: str) -> None:
        """Return once a run is over, however it ended."""
        self._durable.wait(run_id)

    def cancel(self, run_id: str) -> PipelineRun:
        """Stop a run before its next stage, and tell the stage that is at work."""
        run = self.get(run_id)
        if run.state == "RUNNING":
            self._live.cancel(run_id)
            self._durable.cancel(run_id)
            run = self.get(run_id)
        if run.state == "CANCELLED":
            self._tell_cancelled(run)
            if self._live.get(run_id) is None:
                self._files.remove(run_id)
        return run

    def _run(self, run_id: str, request: Request) -> Outcome:
        """Do a whole run, or what is left of it; called by DBOS."""
        pipeline = self._pipelines.all().get(request.pipeline)
        telling = self._telling(run_id, pipeline or Pipeline(request.pipeline))
        asked = Asked(run_id=run_id, request=request, pipeline=pipeline, telling=telling)
        outcome = self._run_work.run(asked)
        if self._clock.now().timestamp() - self._swept > _SWEEP_SECONDS:
            self._sweep()
        return outcome

    def _check_room(self) -> None:
        if len(self._live) >= self._settings.most_open:
            raise Busy(
                f"{len(self._live):,} runs of pipelines are open",
                hint="wait for some to end, or set HEADWATER_FLOW__MOST_OPEN",
                retry_after_seconds=5,
            )

    def _tell_cancelled(self, run: PipelineRun) -> None:
        """Tell that a run was cancelled, and the stage that it was in; again is no difference."""
        assert run.ended_at is not None
        pipeline = self._pipelines.all().get(run.pipeline)
        telling = self._telling(run.run_id, pipeline or Pipeline(run.pipeline))
        at = datetime.fromisoformat(run.ended_at)
        for stage in () if pipeline is None else pipeline.stages:
            if any(one.name == stage.name and one.started_at for one in run.stages):
                state = next(one.state for one in run.stages if one.name == stage.name)
                if state == "CANCELLED":
                    telling.stage_aborted(stage, at)
        telling.pipeline("ABORT", at)

    def _sweep(self) -> None:
        """Remove what runs left behind that nobody goes on with."""
        now = self._clock.now().timestamp()
        self._swept = now
        for run_id, changed in self._files.runs():
            found = self._durable.find(run_id)
            if found is not None and found.state == "RUNNING":
                continue
            if found is not None and found.state == "FAILED":
                if now - changed < self._settings.keep_days * _DAY_SECONDS:
                    continue
            elif found is not None and found.state == "CANCELLED":
                if self._live.get(run_id) is not None:
                    continue
                self._tell_cancelled(self._told(found))  # the process may have ended before it did
            self._files.remove(run_id)
        self._durable.forget(keep=self._settings.keep_runs)

    def _telling(self, run_id: str, pipeline: Pipeline) -> Telling:
        return Telling(self._transport, namespace=self._namespace, run_id=run_id, pipeline=pipeline)

    def _told(self, found: Found) -> PipelineRun:
        if found.outcome is not None:
            return PipelineRun.ended(found.run_id, found.request, found.outcome)
        ended = None if found.state == "RUNNING" else _time(found.updated_ms)
        return PipelineRun(
            run_id=found.run_id,
            request=found.request,
            state=found.state,
            started_at=_time(found.created_ms),
            ended_at=ended,
            stages=[*found.reports, *self._rest(found, ended)],
            error=None if found.error is None else found.request.redact(found.error),
        )

    def _rest(self, found: Found, ended: str | None) -> list[StageRun]:
        """Return the stages of a run that are not done, the one at work as such."""
        pipeline = self._pipelines.all().get(found.request.pipeline)
        live = self._live.get(found.run_id)
        attempt = None if live is None else live.attempt
        done = {report.name for report in found.reports}
        stages = []
        for stage in () if pipeline is None else pipeline.stages:
            if stage.name in done:
                continue
            told = waiting(stage.name, stage.kind, found.run_id)
            if attempt is not None and attempt.stage == stage.name:
                told = replace(
                    told,
                    state="RUNNING",
                    run_id=stage_run_id(found.run_id, stage.name),
                    attempts=attempt.number,
                    started_at=attempt.started_at,
                )
            stages.append(told if ended is None else stopped(told, ended))
        return stages


def _time(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat()
