"""What an operator sets about questions in SQL."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class QuerySettings(BaseModel):
    """Limits of one statement, and what is kept for the next."""

    model_config = ConfigDict(frozen=True)

    timeout_seconds: float = Field(
        30.0, gt=0, description="How long a statement may run before it is stopped."
    )
    max_rows: int = Field(
        10_000, gt=0, description="The most rows of an answer; a longer one is cut and says so."
    )
    max_result_bytes: int = Field(
        32 * 1024 * 1024,
        gt=0,
        description="The most bytes of an answer's rows as JSON; a longer one is cut and says so.",
    )
    max_scan_bytes: int = Field(
        10 * 1024 * 1024 * 1024,
        gt=0,
        description="The most bytes that a statement may read; beyond that it is refused.",
    )
    memory_bytes: int = Field(
        1024 * 1024 * 1024, ge=64 * 1024 * 1024, description="The memory that one statement takes."
    )
    spill_bytes: int = Field(
        4 * 1024 * 1024 * 1024,
        gt=0,
        description="The disk that one statement takes when memory does not suffice.",
    )
    threads: int = Field(2, gt=0, description="How many threads one statement takes.")
    processes: int = Field(2, gt=0, description="How many statements run at the same time.")
    idle_seconds: float = Field(
        600.0, gt=0, description="A query process that waited this long for a statement is ended."
    )
    cache_bytes: int = Field(
        64 * 1024 * 1024, ge=0, description="How many bytes of answers are kept; 0 keeps none."
    )
