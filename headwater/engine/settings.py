"""What an operator sets about jobs."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class RangeSettings(BaseModel):
    """What is expected of a column: every value, null apart, lies between two bounds."""

    model_config = ConfigDict(frozen=True)

    column: str = Field(description="The column of the joined set.")
    minimum: float | None = Field(None, description="The least value; none leaves that end open.")
    maximum: float | None = Field(None, description="The greatest value; none leaves it open.")
    severity: Literal["error", "warn"] = Field(
        "error", description="An error fails the run and leaves the table; a warn is only told."
    )


class JoinSettings(BaseModel):
    """A pre-joined set: every row of the left source, with columns of the right one beside it."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(
        pattern=r"^[a-z][a-z0-9_]{0,62}$", description="The table in the curated zone."
    )
    left: str = Field(description="The source whose rows stay, one each.")
    right: str = Field(description="The source whose columns are added where a row matches.")
    on: dict[str, str] = Field(
        min_length=1, description="Pairs of columns that must be equal: of the left, of the right."
    )
    columns: tuple[str, ...] = Field(
        min_length=1, description="The columns of the right source to add."
    )
    prefix: str = Field("", description="Goes before the name of each added column.")
    expect: tuple[RangeSettings, ...] = Field(
        (), description="What every row of the set is expected to be."
    )


class MaintenanceSettings(BaseModel):
    """How tables are kept quick to read and bounded in size."""

    model_config = ConfigDict(frozen=True)

    every_hours: float = Field(
        24.0, ge=0, description="The chain tends the tables once in this time; 0 is only by hand."
    )
    small_files: int = Field(8, ge=2, description="So many small files of one day become one file.")
    keep_days: float = Field(7.0, ge=0, description="How long a snapshot can be travelled to.")
    most_snapshots: int = Field(
        200,
        ge=2,
        description="A table with more is tended after the next run, and keeps the latest half.",
    )
    grace_hours: float = Field(
        24.0, ge=0, description="A file that no snapshot names goes when it is this old."
    )


class JobSettings(BaseModel):
    """When the chain runs, on how many processes, and which sets are joined beforehand."""

    model_config = ConfigDict(frozen=True)

    every_seconds: float = Field(
        60.0,
        ge=0,
        description="The chain runs after a seal, at most once in this time; 0 is only by hand.",
    )
    workers: int = Field(2, ge=1, description="How many processes run record kernels.")
    niceness: int = Field(
        10, ge=0, le=19, description="How much kernel processes give way to acknowledgements."
    )
    memory_limit: str = Field("1GB", description="The most memory that DuckDB takes in a job.")
    joins: tuple[JoinSettings, ...] = Field(
        (), description="The pre-joined sets of the curated zone."
    )
    maintenance: MaintenanceSettings = Field(
        MaintenanceSettings(), description="The upkeep of tables."
    )
