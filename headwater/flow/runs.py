"""Runs of pipelines as they are told: where they are, what each stage did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Final, Literal
from uuid import UUID, uuid5

import msgspec

from headwater.sdk.pipeline import Value
from headwater.sdk.redaction import REDACTED, is_secret_name, redact

State = Literal["RUNNING", "COMPLETED", "FAILED", "CANCELLED"]
StageState = Literal["WAITING", "RUNNING", "COMPLETED", "FAILED", "CANCELLED"]
Quality = Mapping[str, Mapping[str, float | int | None]]
"""Per column what OpenLineage's data-quality metrics say."""

_STAGES: Final = UUID("b7d7f9a6-3ad7-5d3c-9c0b-6f3f6d6f2a10")
_SHORTEST_SECRET: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a run was started with."""

    pipeline: str
    parameters: Mapping[str, Value]
    principal: str

    def shown(self) -> dict[str, Value]:
        """Return the parameters as they may be told: without values of secret names."""
        return {
            name: REDACTED if is_secret_name(name) and value is not None else value
            for name, value in self.parameters.items()
        }

    def redact(self, text: str) -> str:
        """Return a text without what looks secret, and without the values of secret names."""
        for name, value in self.parameters.items():
            if is_secret_name(name) and isinstance(value, str) and len(value) >= _SHORTEST_SECRET:
                text = text.replace(value, REDACTED)
        return redact(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A record that a stage left out, and why."""

    reason: str
    record: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRun:
    """What one stage did; times are RFC 3339, `columns` are (name, type) of what it returned.

    `rows_out` counts what it returned, or what the lake took of it; `handed_on` tells that it
    returned records, which the next stage is given. `rejects` holds the first of
    the records that were left out.
    """

    name: str
    kind: str
    run_id: str
    state: StageState = "WAITING"
    attempts: int = 0
    started_at: str | None = None
    ended_at: str | None = None
    rows_in: int | None = None
    rows_out: int | None = None
    handed_on: bool = False
    rejected: int = 0
    rejects: Sequence[Rejected] = ()
    columns: Sequence[tuple[str, str]] = ()
    quality: Quality | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a run ended."""

    begun: str
    ended: str
    stages: Sequence[StageRun] = ()
    schema_changes: Sequence[str] = ()
    error: str | None = None
    state: State = "COMPLETED"


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineRun:
    """A run of a pipeline; `schema_changes` compares what it made with its last complete run."""

    run_id: str
    request: Request
    state: State
    started_at: str
    ended_at: str | None
    stages: Sequence[StageRun]
    schema_changes: Sequence[str] = field(default=())
    error: str | None = None

    @property
    def pipeline(self) -> str:
        """Return the name of the pipeline."""
        return self.request.pipeline

    @classmethod
    def ended(cls, run_id: str, request: Request, outcome: Outcome) -> PipelineRun:
        """Return a run that is over."""
        return cls(
            run_id=run_id,
            request=request,
            state=outcome.state,
            started_at=outcome.begun,
            ended_at=outcome.ended,
            stages=outcome.stages,
            schema_changes=outcome.schema_changes,
            error=outcome.error,
        )


def encoded(value: Request | StageRun | Outcome | list[str] | str) -> str:
    """Return a value as the text that is kept of it."""
    return msgspec.json.encode(value).decode()


def waiting(name: str, kind: str, run_id: str) -> StageRun:
    """Return a stage that has not begun."""
    return StageRun(name=name, kind=kind, run_id=stage_run_id(run_id, name))


def stopped(stage: StageRun, at: str) -> StageRun:
    """Return a stage as it is once its run was cancelled."""
    if stage.state == "RUNNING":
        return replace(stage, state="CANCELLED", ended_at=at)
    return replace(stage, state="CANCELLED") if stage.state == "WAITING" else stage


def stage_run_id(run_id: str, stage: str) -> str:
    """Return the id of a stage's run: the same however often the stage is tried."""
    return str(uuid5(_STAGES, f"{run_id}/{stage}"))


def span_id(run_id: str) -> bytes:
    """Return the id of the span of a run or of a stage's run."""
    return blake2b(run_id.encode(), digest_size=8).digest()


def traceparent(run_id: str, stage: StageRun) -> str:
    """Return where a stage is in the trace of its run, as W3C's header says it."""
    return f"00-{UUID(run_id).hex}-{span_id(stage.run_id).hex()}-01"


def changes_of(before: Sequence[StageRun], after: Sequence[StageRun]) -> list[str]:
    """Say how the columns changed of the last stage that returned records, by its name."""
    last = next((stage for stage in reversed(after) if _has_columns(stage)), None)
    if last is None or any(_is_empty(stage) for stage in after):
        return []  # no records, no columns: that is no change of the schema
    same = next((stage for stage in before if stage.name == last.name), None)
    return [] if same is None or not same.columns else schema_changes(same.columns, last.columns)


def schema_changes(
    before: Sequence[tuple[str, str]], after: Sequence[tuple[str, str]]
) -> list[str]:
    """Say how columns changed, by name."""
    old, new = dict(before), dict(after)
    told = [f"column {name} ({new[name]}) is new" for name in sorted(new.keys() - old.keys())]
    told += [f"column {name} ({old[name]}) is gone" for name in sorted(old.keys() - new.keys())]
    told += [
        f"column {name} was {old[name]} and is {new[name]}"
        for name in sorted(old.keys() & new.keys())
        if old[name] != new[name]
    ]
    return told


def _has_columns(stage: StageRun) -> bool:
    return bool(stage.columns)


def _is_empty(stage: StageRun) -> bool:
    return stage.rows_out == 0 and stage.kind != "load"
