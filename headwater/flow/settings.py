"""What an operator sets about pipelines."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class FlowSettings(BaseModel):
    """How pipelines run."""

    model_config = ConfigDict(frozen=True)

    files: Path | None = Field(
        None,
        description="The folder below which pipelines may open files; `files` in the data"
        " directory unless set.",
    )
    keep_days: float = Field(
        7.0, gt=0, description="How long what stages handed on is kept after a run has failed."
    )
    keep_runs: int = Field(
        10_000, ge=100, description="How many runs of pipelines are remembered, the newest."
    )
    concurrency: int = Field(4, ge=1, description="How many runs are at work at a time.")
    most_open: int = Field(
        1_000, ge=1, description="How many runs may be open; beyond, starting one answers 503."
    )
