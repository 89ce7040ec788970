"""Runs of pipelines as they are told: where they are, what each stage did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal
from uuid import UUID, uuid5

State = Literal["RUNNING", "COMPLETED", "FAILED", "CANCELLED"]
StageState = Literal["WAITING", "RUNNING", "COMPLETED", "FAILED", "CANCELLED"]

_STAGES: Final = UUID("b7d7f9a6-3ad7-5d3c-9c0b-6f3f6d6f2a10")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A record that a stage left out, and why."""

    reason: str
    record: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRun:
    """What one stage did; times are RFC 3339, `columns` are (name, type) of what it returned.

    `rejects` holds the first of the records that were left out, `quality` per column what
    OpenLineage's data-quality metrics say.
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
    rejected: int = 0
    rejects: Sequence[Rejected] = ()
    columns: Sequence[tuple[str, str]] = ()
    quality: Mapping[str, Mapping[str, Any]] | None = None
    error: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the stage as plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineRun:
    """A run of a pipeline; `schema_changes` compares what it made with its last complete run."""

    run_id: str
    pipeline: str
    parameters: Mapping[str, Any]
    principal: str
    state: State
    started_at: str
    ended_at: str | None
    stages: Sequence[StageRun]
    schema_changes: Sequence[str] = ()
    error: str | None = None


def stage_run_id(run_id: str, stage: str) -> str:
    """Return the id of a stage's run: the same however often the stage is tried."""
    return str(uuid5(_STAGES, f"{run_id}/{stage}"))


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
