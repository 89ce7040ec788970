"""A whole run of a pipeline: its stages in their order, then what is told about them."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Final

import msgspec

from headwater.clock import Clock
from headwater.errors import HeadwaterError
from headwater.flow.durable import STAGE, Durable
from headwater.flow.live import Interrupted, LiveRun, LiveRuns
from headwater.flow.runs import Outcome, PipelineRun, Request, StageRun, changes_of, encoded
from headwater.flow.stage_work import RunOfStage, StageWork
from headwater.flow.telling import Telling
from headwater.observe import PIPELINE_RUNS, LogEvent, log
from headwater.sdk.pipeline import Pipeline

_LOOKED_BACK: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A run that is to be done; `pipeline` is None where it is not installed any more."""

    run_id: str
    request: Request
    pipeline: Pipeline | None
    telling: Telling


@dataclass(frozen=True, slots=True, kw_only=True)
class RunWork:
    """Does runs, each in a thread of DBOS; `slots` bounds how many are at work at a time."""

    work: StageWork
    durable: Durable
    live: LiveRuns
    slots: threading.Semaphore
    clock: Clock
    keep_trace: Callable[[PipelineRun], None]

    def run(self, asked: Asked) -> Outcome:
        """Do what is left of a run; raises `Interrupted` when the executor closes meanwhile."""
        live = self.live.enter(asked.run_id)
        outcome: Outcome | None = None
        try:
            while not self.slots.acquire(timeout=0.25):
                if self.live.is_closing:
                    raise Interrupted
            try:
                outcome = self._outcome(asked, live)
            finally:
                self.slots.release()
            if outcome.state != "FAILED":
                self.work.files.remove(asked.run_id)
            self._ended(asked, outcome)
            return outcome
        finally:
            self.live.leave(asked.run_id)
            if outcome is None and not self.live.is_closing:
                if live.is_cancelled:
                    self._cancelled(asked, live)
                elif isinstance(sys.exc_info()[1], Exception):
                    self._broken(asked)

    def _broken(self, asked: Asked) -> None:
        """Tell that a run ended because of a fault of ours, which DBOS keeps and the log shows."""
        with suppress(HeadwaterError):
            asked.telling.pipeline(
                "FAIL", self.clock.now(), error="the server failed; its log has the details"
            )

    def _cancelled(self, asked: Asked, live: LiveRun) -> None:
        """Keep what a cancelled run did; that it is cancelled was told when somebody did so."""
        self.work.files.remove(asked.run_id)
        now = self._now()
        begun = live.begun or now
        self._ended(asked, Outcome(begun=begun, ended=now, stages=live.reports, state="CANCELLED"))

    def _ended(self, asked: Asked, outcome: Outcome) -> None:
        self.keep_trace(PipelineRun.ended(asked.run_id, asked.request, outcome))
        PIPELINE_RUNS.add(pipeline=asked.request.pipeline, outcome=outcome.state.lower())
        log(
            LogEvent.PIPELINE_ENDED,
            run_id=asked.run_id,
            trace_id=asked.run_id.replace("-", ""),
            pipeline=asked.request.pipeline,
            state=outcome.state,
            error=outcome.error,
        )

    def _outcome(self, asked: Asked, live: LiveRun) -> Outcome:
        self.work.files.begin(asked.run_id)
        outcome = Outcome(begun=self._now(), ended="")
        try:
            begun = self.durable.step("begin", lambda: self._begin(asked.telling))
            live.begun = begun
            outcome = self._stages(asked, live, replace(outcome, begun=begun))
            if outcome.state == "CANCELLED":
                return replace(outcome, ended=self._now())
            ended = self.durable.step("end", lambda: encoded(self._end(asked, outcome)))
            return msgspec.json.decode(ended, type=Outcome)
        except HeadwaterError as error:
            failed = replace(
                outcome,
                ended=self._now(),
                state="FAILED",
                error=outcome.error or asked.request.redact(str(error)),
            )
            with suppress(HeadwaterError):  # it may be what failed
                self._tell_end(asked, failed)
            return failed

    def _stages(self, asked: Asked, live: LiveRun, outcome: Outcome) -> Outcome:
        if asked.pipeline is None:
            said = f"the pipeline {asked.request.pipeline!r} is not installed any more"
            return replace(outcome, state="FAILED", error=said)
        done: list[StageRun] = []
        for stage in asked.pipeline.stages:
            work = RunOfStage(
                pipeline=asked.pipeline,
                stage=stage,
                request=asked.request,
                run_id=asked.run_id,
                telling=asked.telling,
                before=tuple(done),
            )
            report = self._stage(work, live)
            done.append(report)
            if report.state == "CANCELLED":
                return replace(outcome, stages=done, state="CANCELLED")
            if report.state == "FAILED":
                said = f"the stage {stage.name!r} failed: {report.error}"
                return replace(outcome, stages=done, state="FAILED", error=said)
        return replace(outcome, stages=done)

    def _stage(self, work: RunOfStage, live: LiveRun) -> StageRun:
        """Run a stage; its report is remembered."""

        def attempt() -> str:
            report = self.work.run(work, live=live, runs=self.live)
            if report.state == "CANCELLED":
                live.reports.append(report)  # DBOS keeps no step of a cancelled run
            return encoded(report)

        kept = self.durable.step(STAGE + work.stage.name, attempt)
        live.attempt = None
        report = msgspec.json.decode(kept, type=StageRun)
        if report.state != "CANCELLED":
            live.reports.append(report)
        return report

    def _begin(self, telling: Telling) -> str:
        now = self.clock.now()
        telling.pipeline("START", now)
        return now.isoformat()

    def _end(self, asked: Asked, outcome: Outcome) -> Outcome:
        """Compare with the last complete run of the same pipeline, and tell the end."""
        if outcome.state == "COMPLETED":
            found = self.durable.latest(pipeline=asked.request.pipeline, is_over=True)
            near = islice(found, _LOOKED_BACK)
            last = next((one for one in near if one.state == "COMPLETED"), None)
            if last is not None and last.outcome is not None:
                changes = changes_of(last.outcome.stages, outcome.stages)
                outcome = replace(outcome, schema_changes=changes)
        outcome = replace(outcome, ended=self._now())
        self._tell_end(asked, outcome)
        return outcome

    def _tell_end(self, asked: Asked, outcome: Outcome) -> None:
        asked.telling.pipeline(
            "COMPLETE" if outcome.state == "COMPLETED" else "FAIL",
            datetime.fromisoformat(outcome.ended),
            error=outcome.error,
            changes=outcome.schema_changes,
        )

    def _now(self) -> str:
        return self.clock.now().isoformat()
