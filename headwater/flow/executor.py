"""Runs pipelines so that they survive the process: each stage is a step that DBOS remembers.

DBOS keeps what was started and which steps are done in `flow.db`; after a crash the next start
goes on with the first stage that is not. It is imported on first use, and is one to a process.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid5

from headwater.clock import Clock
from headwater.errors import Conflict, Missing, Unprocessable
from headwater.flow.durable import Durable, Found
from headwater.flow.registry import Pipelines
from headwater.flow.runs import PipelineRun, Rejected, StageRun, schema_changes, stage_run_id
from headwater.flow.stage_work import StageFailed, StageWork
from headwater.flow.telling import Telling
from headwater.sdk.pipeline import ParameterError, Pipeline, Stage
from headwater.sdk.times import new_run_id
from headwater.sdk.transport import Transport

_KEYS: Final = UUID("0f1a7c51-6d0f-5f0a-8c3e-2f0f6a1a9d01")
_LONGEST_KEY: Final = 255


@dataclass(frozen=True, slots=True)
class _Attempt:
    """The stage that a run is in, as this process knows it."""

    stage: str
    number: int
    started_at: str


class PipelineExecutor:
    """Starts, continues, follows and stops runs of pipelines."""

    def __init__(
        self,
        folder: Path,
        *,
        pipelines: Pipelines,
        work: StageWork,
        transport: Transport,
        namespace: str,
        clock: Clock,
        keep_trace: Callable[[PipelineRun], None],
    ) -> None:
        self._pipelines = pipelines
        self._work = work
        self._transport = transport
        self._namespace = namespace
        self._clock = clock
        self._keep_trace = keep_trace
        self._attempts: dict[str, _Attempt] = {}
        self._cancelled: dict[str, threading.Event] = {}
        self._durable = Durable(folder / "flow.db", self._run)

    @property
    def pipelines(self) -> Mapping[str, Pipeline]:
        """Return the pipelines that can be started, by name."""
        return self._pipelines.all()

    def close(self) -> None:
        """Stop; a run that is under way goes on after the next start."""
        for event in self._cancelled.values():
            event.set()
        self._durable.close()

    def start(
        self, name: str, parameters: Mapping[str, object], *, principal: str, key: str | None = None
    ) -> PipelineRun:
        """Start a run and return it; with a key that was used before, return that run.

        Raises `Missing` for an unknown pipeline, `Unprocessable` for wrong parameters, `Conflict`
        when the key was used for something else.
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
        given = {"pipeline": name, "parameters": checked, "principal": principal}
        found = self._durable.start(run_id, given)
        if {k: found.given[k] for k in given} != given:
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
        return [
            self._told(one)
            for one in self._durable.latest(limit if pipeline is None else 10_000)
            if pipeline in (None, one.given["pipeline"])
        ][:limit]

    def wait(self, run_id: str) -> None:
        """Return once a run is over, however it ended."""
        self._durable.wait(run_id)

    def cancel(self, run_id: str) -> PipelineRun:
        """Stop a run before its next stage, and tell the stage that is at work."""
        run = self.get(run_id)
        if run.state == "RUNNING":
            self._cancelled.setdefault(run_id, threading.Event()).set()
            self._durable.cancel(run_id)
            telling = self._telling(run_id, self._pipelines.get(run.pipeline))
            telling.pipeline("ABORT", self._clock.now())
        return self.get(run_id)

    def _run(self, run_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Do a whole run, or what is left of it; called by DBOS."""
        pipeline = self._pipelines.get(given["pipeline"])
        telling = self._telling(run_id, pipeline)
        self._cancelled.setdefault(run_id, threading.Event())
        begun = self._durable.step("begin", self._begin, telling)
        reports: list[dict[str, Any]] = []
        error: str | None = None
        try:
            for stage in pipeline.stages:
                report = self._stage(run_id, stage, pipeline=pipeline, given=given, telling=telling)
                reports.append(report)
                if report["state"] == "FAILED":
                    error = f"the stage {stage.name!r} failed: {report['error']}"
                    break
        finally:
            self._attempts.pop(run_id, None)
        ended = self._durable.step("end", self._end, telling, error)
        changes = self._durable.step("compare", self._changes, given["pipeline"], reports, error)
        outcome = {
            "begun": begun,
            "ended": ended,
            "stages": reports,
            "error": error,
            "schema_changes": changes,
        }
        self._durable.step("keep trace", self._trace, run_id, given, outcome)
        if error is None:
            self._work.files.remove(run_id)
        return outcome

    def _stage(
        self,
        run_id: str,
        stage: Stage,
        *,
        pipeline: Pipeline,
        given: Mapping[str, Any],
        telling: Telling,
    ) -> dict[str, Any]:
        """Run a stage until it is well or was tried often enough; the report is remembered."""
        tries = [0]

        def attempt() -> dict[str, Any]:
            tries[0] += 1
            self._attempts[run_id] = _Attempt(stage.name, tries[0], self._clock.now().isoformat())
            return self._work.attempt(
                pipeline,
                stage,
                given["parameters"],
                run_id=run_id,
                number=tries[0],
                telling=telling,
                cancelled=self._cancelled[run_id],
            ).to_json()

        def last_report(error: StageFailed) -> dict[str, Any]:
            return error.report.to_json()

        return self._durable.retried(stage, attempt, StageFailed, last_report)

    def _begin(self, telling: Telling) -> str:
        now = self._clock.now()
        telling.pipeline("START", now)
        return now.isoformat()

    def _end(self, telling: Telling, error: str | None) -> str:
        now = self._clock.now()
        telling.pipeline("COMPLETE" if error is None else "FAIL", now, error=error)
        return now.isoformat()

    def _changes(
        self, name: str, reports: Sequence[Mapping[str, Any]], error: str | None
    ) -> list[str]:
        """Compare what a run made with the last complete run of the same pipeline."""
        after = _made(reports)
        if error is not None or not after:
            return []
        for one in self._durable.latest(1000):
            if one.given["pipeline"] == name and one.outcome and not one.outcome["error"]:
                return schema_changes(_made(one.outcome["stages"]), after)
        return []

    def _trace(self, run_id: str, given: Mapping[str, Any], outcome: Mapping[str, Any]) -> None:
        self._keep_trace(_ended_run(run_id, given, outcome))

    def _telling(self, run_id: str, pipeline: Pipeline) -> Telling:
        return Telling(self._transport, namespace=self._namespace, run_id=run_id, pipeline=pipeline)

    def _told(self, found: Found) -> PipelineRun:
        if found.outcome is not None:
            return _ended_run(found.run_id, found.given, found.outcome)
        reports = [_stage_of(report) for report in found.reports]
        waiting = self._waiting(found, {report.name for report in reports})
        started = datetime.fromtimestamp(found.created_ms / 1000, UTC).isoformat()
        return PipelineRun(
            run_id=found.run_id,
            pipeline=found.given["pipeline"],
            parameters=found.given["parameters"],
            principal=found.given["principal"],
            state=found.state,
            started_at=started,
            ended_at=None,
            stages=[*reports, *waiting],
            error=found.error,
        )

    def _waiting(self, found: Found, done: set[str]) -> list[StageRun]:
        """Return the stages of a run that are not done, the one at work as such."""
        pipeline = self._pipelines.all().get(found.given["pipeline"])
        attempt = self._attempts.get(found.run_id)
        stages = []
        for stage in () if pipeline is None else pipeline.stages:
            if stage.name in done:
                continue
            told = StageRun(
                name=stage.name, kind=stage.kind, run_id=stage_run_id(found.run_id, stage.name)
            )
            if found.state == "CANCELLED":
                told = replace(told, state="CANCELLED")
            elif attempt is not None and attempt.stage == stage.name:
                told = replace(
                    told, state="RUNNING", attempts=attempt.number, started_at=attempt.started_at
                )
            stages.append(told)
        return stages


def _ended_run(run_id: str, given: Mapping[str, Any], outcome: Mapping[str, Any]) -> PipelineRun:
    return PipelineRun(
        run_id=run_id,
        pipeline=given["pipeline"],
        parameters=given["parameters"],
        principal=given["principal"],
        state="COMPLETED" if outcome["error"] is None else "FAILED",
        started_at=outcome["begun"],
        ended_at=outcome["ended"],
        stages=[_stage_of(report) for report in outcome["stages"]],
        schema_changes=outcome.get("schema_changes", ()),
        error=outcome["error"],
    )


def _stage_of(report: Mapping[str, Any]) -> StageRun:
    rejects = [Rejected(**one) for one in report["rejects"]]
    columns = [(name, type_) for name, type_ in report["columns"]]
    return StageRun(**{**report, "rejects": rejects, "columns": columns})


def _made(reports: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Return the columns of the last stage that returned records."""
    for report in reversed(reports):
        if report["columns"]:
            return [(name, type_) for name, type_ in report["columns"]]
    return []
