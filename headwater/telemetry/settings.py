"""What an operator sets about telemetry."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class TelemetrySettings(BaseModel):
    """Limits of the doors for OTLP, and how long telemetry is kept."""

    model_config = ConfigDict(frozen=True)

    max_body_bytes: int = Field(
        64 * 1024 * 1024,
        gt=0,
        description="The largest body of an OTLP request, before and after inflation.",
    )
    queue_capacity: int = Field(
        1_000, gt=0, description="How many OTLP requests may wait; one more is answered 503."
    )
    max_waiting_bytes: int = Field(
        256 * 1024 * 1024,
        gt=0,
        description="How many bytes of OTLP may wait for the store; more are answered 503.",
    )
    keep_days: float = Field(14.0, gt=0, description="How long spans, logs and metrics are kept.")
    memory_limit: str = Field(
        "1GB", description="The most memory that the telemetry store takes for its questions."
    )
