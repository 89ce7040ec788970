"""Settings of the lineage store."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class LineageSettings(BaseModel):
    """What operators choose about lineage events."""

    model_config = ConfigDict(frozen=True)

    most_body_bytes: int = Field(
        64 * 1024 * 1024, description="The most bytes of one lineage request, inflated.", ge=1024
    )
    queue_capacity: int = Field(
        10_000, description="Events that may wait for a commit before 503 is answered.", ge=1
    )
    dead_letters: int = Field(
        10_000, description="Refused events that are kept; older ones are dropped.", ge=0
    )
