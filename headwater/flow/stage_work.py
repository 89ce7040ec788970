"""One attempt of one stage: run it, keep what it returns, measure it, tell what it did."""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final, TypeVar

from headwater.clock import Clock
from headwater.errors import Denied, HeadwaterError, Invalid, Missing, Unsupported
from headwater.flow.context import RunContext, Send
from headwater.flow.live import Attempt, Interrupted, LiveRun, LiveRuns
from headwater.flow.measuring import Measuring
from headwater.flow.runs import Request, StageRun, stage_run_id, traceparent
from headwater.flow.stage_files import StageFiles
from headwater.flow.telling import Ended, Telling
from headwater.observe import CONTEXT, LogEvent, RequestContext, log
from headwater.sdk.events import EventType
from headwater.sdk.pipeline import Pipeline, Stage

T = TypeVar("T")

_KINDS: Final[Mapping[str, EventType]] = {
    "COMPLETED": "COMPLETE",
    "FAILED": "FAIL",
    "CANCELLED": "ABORT",
}

_LASTING: Final = (Denied, Invalid, Missing, Unsupported)
"""What is as wrong in the next attempt as in this one."""


class StageFailed(Exception):
    """A stage raised; `report` says what it did until then."""

    def __init__(self, report: StageRun) -> None:
        super().__init__(report.error)
        self.report = report


@dataclass(frozen=True, slots=True, kw_only=True)
class StageWork:
    """What attempts of stages need."""

    files: StageFiles
    folder: Path
    send: Send
    clock: Clock
    measuring: Measuring = field(default_factory=Measuring)

    def run(self, work: RunOfStage, *, live: LiveRun, runs: LiveRuns) -> StageRun:
        """Run a stage until it is well, stopped, or was tried as often as it says.

        What trying again never helps against, by its class, ends it at once. Raises `Interrupted`
        when the executor closes meanwhile.
        """
        pause = work.stage.backoff_seconds
        for number in range(1, work.stage.attempts + 1):
            live.attempt = Attempt(work.stage.name, number, self.clock.now().isoformat())
            report, may_help = _beside(lambda: self._attempt(work, live, runs), runs)
            if report.state != "FAILED" or number == work.stage.attempts or not may_help:
                break
            live.stop.wait(pause)
            if runs.is_closing:
                raise Interrupted
            if live.is_cancelled:
                return replace(report, state="CANCELLED")
            pause *= 2
        return report

    def _attempt(self, work: RunOfStage, live: LiveRun, runs: LiveRuns) -> tuple[StageRun, bool]:
        """Run a stage once; tell also whether another attempt may help."""
        assert live.attempt is not None
        stage = work.stage
        context = RunContext(
            work.run_id,
            stage.name,
            work.request.parameters,
            files=self.folder,
            send=self.send,
            cancelled=live.stop,
        )
        report = StageRun(
            name=stage.name,
            kind=stage.kind,
            run_id=stage_run_id(work.run_id, stage.name),
            state="COMPLETED",
            attempts=live.attempt.number,
            started_at=live.attempt.started_at,
        )
        at = traceparent(work.run_id, report)
        CONTEXT.set(RequestContext(work.run_id, at, run_id=report.run_id))
        may_help = True
        try:
            report = self._try(report, work=work, context=context)
        except StageFailed as error:
            report = error.report
            may_help = not isinstance(error.__cause__, _LASTING)
        if runs.is_closing:
            raise Interrupted  # what it did may be half of it: it runs again after the start
        if live.is_cancelled:
            report = replace(report, state="CANCELLED")
        return self._end(report, work=work, context=context), may_help

    def _try(self, report: StageRun, *, work: RunOfStage, context: RunContext) -> StageRun:
        stage = work.stage
        try:
            work.telling.stage_began(stage, datetime.fromisoformat(report.started_at or ""))
            given = self._given(work)
            report = replace(report, rows_in=_length(given))
            value = (
                stage.function(context, given) if stage.takes_records else stage.function(context)
            )
            kept = self.files.keep(work.run_id, stage.name, value)
            if kept is None:
                return replace(report, rows_out=context.taken)
            quality = self.measuring.quality(kept)
            report = replace(report, rows_out=kept.rows, handed_on=True)
            return replace(report, columns=kept.columns, quality=quality)
        except (Exception, SystemExit) as error:
            said = work.request.redact(_told(error))
            raise StageFailed(replace(report, state="FAILED", error=said)) from error

    def _end(self, report: StageRun, *, work: RunOfStage, context: RunContext) -> StageRun:
        report = replace(
            report,
            ended_at=self.clock.now().isoformat(),
            rejected=context.rejected,
            rejects=tuple(context.rejects),
        )
        ended = Ended(report=report, written=report, before=work.before)
        if not report.columns and (context.sources or context.outputs):
            ended = replace(ended, written=self._last_records(work, report))
        if report.state == "FAILED":
            log(
                LogEvent.STAGE_FAILED,
                level=logging.WARNING,
                pipeline=work.pipeline.name,
                stage=report.name,
                attempt=report.attempts,
                error=report.error,
            )
            with suppress(HeadwaterError):  # the store that failed the stage may refuse this too
                self._tell(work, ended, context)
        else:
            try:
                self._tell(work, ended, context)
            except HeadwaterError as error:
                return replace(report, state="FAILED", error=f"its lineage is not kept: {error}")
        return report

    def _tell(self, work: RunOfStage, ended: Ended, context: RunContext) -> None:
        kind = _KINDS[ended.report.state]
        work.telling.stage_ended(work.stage, kind, ended=ended, context=context)

    def _last_records(self, work: RunOfStage, report: StageRun) -> StageRun:
        """Return the report of the stage whose records were given to this one."""
        given = (one for one in reversed(work.before) if one.columns)
        return next(given, report) if work.stage.takes_records else report

    def _given(self, work: RunOfStage) -> object:
        """Return what the last stage before this one that returned anything did return."""
        if not work.stage.takes_records:
            return None
        for before in reversed(work.before):
            if before.handed_on:
                return self.files.load(work.run_id, before.name)
        return []


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOfStage:
    """A stage of a run: what the run was started with, and what its stages did before."""

    pipeline: Pipeline
    stage: Stage
    request: Request
    run_id: str
    telling: Telling
    before: Sequence[StageRun]


def _beside(work: Callable[[], T], runs: LiveRuns) -> T:
    """Do something in a thread that holds up no exit; raises `Interrupted` when runs close.

    A stage that never looks whether it should stop would else keep the process from ending.
    """
    done: list[T] = []

    def attempt() -> None:
        with suppress(Interrupted):
            done.append(work())

    thread = threading.Thread(target=attempt, name="pipeline-stage", daemon=True)
    thread.start()
    while thread.is_alive() and not runs.is_closing:
        thread.join(0.25)
    if done:
        return done[0]
    if runs.is_closing:
        raise Interrupted
    raise HeadwaterError("the stage ended without a report; the log has the details")


def _length(value: object) -> int | None:
    if value is None:
        return None
    rows = getattr(value, "num_rows", None)
    return rows if isinstance(rows, int) else len(value) if isinstance(value, list) else None


def _told(error: BaseException) -> str:
    if isinstance(error, HeadwaterError):
        return str(error)
    last = traceback.extract_tb(error.__traceback__)[-1:]
    where = f" ({Path(last[0].filename).name}, line {last[0].lineno})" if last else ""
    return f"{type(error).__name__}: {error}{where}"
