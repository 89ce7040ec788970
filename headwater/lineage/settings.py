"""Settings of the lineage store."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class DropRule(BaseModel):
    """Facets that are not kept: by name, of what (run, job, dataset), from which producers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    facet: str
    of: Literal["run", "job", "dataset"] | None = None
    producer: str = "*"


class LineageSettings(BaseModel):
    """What operators choose about lineage events."""

    model_config = ConfigDict(frozen=True)

    url: SecretStr | None = Field(
        None,
        description=(
            "The PostgreSQL database that keeps lineage: `postgresql://user:password@host/name`, "
            "or any other form that libpq knows. Without it, `lineage.db` in the data directory."
        ),
    )
    connections: int = Field(
        8, description="Connections to PostgreSQL that answer questions at once.", ge=1
    )
    statement_seconds: float = Field(
        30.0, description="How long PostgreSQL may take for one statement of an answer.", gt=0
    )
    queue_capacity: int = Field(
        10_000,
        description="Lineage requests that may wait for a commit; one more is answered 503.",
        ge=1,
    )
    dead_letters: int = Field(
        10_000, description="Refused events that are kept; older ones are dropped.", ge=0
    )
    redact: bool = Field(
        True, description="Whether what looks like a secret is masked before an event is kept."
    )
    redact_patterns: dict[str, str] = Field(
        {},
        description=(
            "More rules as JSON, name to regular expression; what the group `secret` matches is "
            "masked, else the whole match."
        ),
    )
    drop_facets: tuple[DropRule, ...] = Field(
        (),
        description=(
            'Facets that are not kept, as JSON: `[{"facet": "environmentVariables"}]`; `of` is '
            "run, job or dataset, `producer` a pattern such as `*spark*`."
        ),
    )
    validation: Literal["off", "report", "strict"] = Field(
        "off",
        description=(
            "Whether events are held against the published schemas: `report` answers what is off, "
            "`strict` refuses them. A request may ask otherwise with `?validate=`."
        ),
    )
