"""What an operator sets about the lake."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class LakeSettings(BaseModel):
    """How the lake is called."""

    model_config = ConfigDict(frozen=True)

    namespace: str = Field(
        "headwater",
        min_length=1,
        description="The OpenLineage namespace of the lake's datasets and jobs.",
    )
