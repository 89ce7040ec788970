"""What an operator sets about ingest."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class IngestSettings(BaseModel):
    """Limits of the doors for records, and when their log is sealed."""

    model_config = ConfigDict(frozen=True)

    max_body_bytes: int = Field(
        16 * 1024 * 1024,
        gt=0,
        description="The largest body of an ingest request, before and after inflation.",
    )
    max_waiting_requests: int = Field(
        4096,
        gt=0,
        description="How many ingest requests may wait for the disk; one more is answered 503.",
    )
    max_waiting_bytes: int = Field(
        256 * 1024 * 1024,
        gt=0,
        description="How many bytes of records may wait for the disk; more are answered 503.",
    )
    seal_bytes: int = Field(
        64 * 1024 * 1024, gt=0, description="The log of records is sealed when it is this long."
    )
    seal_seconds: float = Field(
        60.0, gt=0, description="The log of records is sealed when its first record is this old."
    )
    idempotency_hours: float = Field(
        24.0, gt=0, description="How long an Idempotency-Key is remembered."
    )
