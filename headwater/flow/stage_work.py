"""One attempt of one stage: run it, keep what it returns, measure it, tell what it did."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from typing import Any, Final

from headwater.clock import Clock
from headwater.duck import connect
from headwater.flow.context import RunContext, Send
from headwater.flow.runs import StageRun, stage_run_id
from headwater.flow.stage_files import Kept, StageFiles
from headwater.flow.telling import Telling
from headwater.model.columns import ColumnType
from headwater.quality.metrics import measure
from headwater.sdk.pipeline import Parameters, Pipeline, Stage
from headwater.sdk.redaction import redact

_TYPES: Final[Mapping[str, ColumnType]] = {
    "bool": "boolean",
    "int32": "int",
    "int64": "long",
    "float": "float",
    "double": "double",
    "string": "string",
    "large_string": "string",
    "date32[day]": "date",
}


class StageFailed(Exception):
    """A stage raised; `report` says what it did until then."""

    def __init__(self, report: StageRun) -> None:
        super().__init__(report.error)
        self.report = report


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StageWork:
    """What attempts of stages need."""

    files: StageFiles
    folder: Path
    send: Send
    clock: Clock

    def attempt(
        self,
        pipeline: Pipeline,
        stage: Stage,
        parameters: Parameters,
        *,
        run_id: str,
        number: int,
        telling: Telling,
        cancelled: Event,
    ) -> StageRun:
        """Run a stage once; raises `StageFailed` with the report."""
        started = self.clock.now()
        context = RunContext(
            run_id,
            stage.name,
            parameters,
            files=self.folder,
            send=self.send,
            cancelled=cancelled,
        )
        report = StageRun(
            name=stage.name,
            kind=stage.kind,
            run_id=stage_run_id(run_id, stage.name),
            attempts=number,
            started_at=started.isoformat(),
        )
        telling.stage_began(stage, started)
        try:
            given = self._given(pipeline, stage, run_id)
            report = replace(report, rows_in=_length(given))
            value = (
                stage.function(context, given) if stage.takes_records else stage.function(context)
            )
            kept = self.files.keep(run_id, stage.name, value)
            report = replace(report, state="COMPLETED", **_described(kept))
        except Exception as error:
            report = self._ended(
                replace(report, state="FAILED", error=redact(_told(error))), context
            )
            telling.stage_ended(stage, "FAIL", report=report, context=context)
            raise StageFailed(report) from error
        report = self._ended(report, context)
        telling.stage_ended(stage, "COMPLETE", report=report, context=context)
        return report

    def _ended(self, report: StageRun, context: RunContext) -> StageRun:
        return replace(
            report,
            ended_at=self.clock.now().isoformat(),
            rejected=context.rejected,
            rejects=tuple(context.rejects),
        )

    def _given(self, pipeline: Pipeline, stage: Stage, run_id: str) -> object:
        """Return what the last stage before this one that returned anything did return."""
        if not stage.takes_records:
            return None
        for before in reversed(pipeline.stages[: pipeline.stages.index(stage)]):
            if self.files.has(run_id, before.name):
                return self.files.load(run_id, before.name)
        return []


def _described(kept: Kept | None) -> dict[str, Any]:
    if kept is None:
        return {}
    return {"rows_out": kept.rows, "columns": kept.columns, "quality": _quality(kept)}


def _quality(kept: Kept) -> Mapping[str, Mapping[str, Any]] | None:
    """Measure the columns whose type has an order and a text; of no rows nothing is said."""
    columns = [_Column(name, _TYPES[type_]) for name, type_ in kept.columns if type_ in _TYPES]
    if not kept.rows or not columns:
        return None
    path = str(kept.path).replace("'", "''")
    with connect() as connection:
        report = measure(connection, f"read_parquet('{path}')", columns, known_rows=kept.rows)
    return report.columns


def _length(value: object) -> int | None:
    if value is None:
        return None
    rows = getattr(value, "num_rows", None)
    return rows if isinstance(rows, int) else len(value) if isinstance(value, list) else None


def _told(error: Exception) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1:]
    where = f" ({Path(last[0].filename).name}, line {last[0].lineno})" if last else ""
    return f"{type(error).__name__}: {error}{where}"
