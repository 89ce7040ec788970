"""Settings of the lineage store."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class LineageSettings(BaseModel):
    """What operators choose about lineage events."""

    model_config = ConfigDict(frozen=True)

    queue_capacity: int = Field(
        10_000,
        description="Lineage requests that may wait for a commit; one more is answered 503.",
        ge=1,
    )
    dead_letters: int = Field(
        10_000, description="Refused events that are kept; older ones are dropped.", ge=0
    )
