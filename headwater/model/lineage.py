"""What ran, on what, when: the answers of the lineage store as plain values.

Those that an answer holds thousands of are named tuples, which are made and hashed in C.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final, Literal, NamedTuple

import msgspec

RunState = Literal["NEW", "RUNNING", "COMPLETED", "ABORTED", "FAILED"]
"""Marquez's words; NEW is a run that only others have named so far."""

EdgeState = Literal["current", "running", "failed"]
"""Why an edge is shown: the latest success, a run in flight, or a job that never succeeded."""

Direction = Literal["input", "output"]

Facets = Mapping[str, bytes]
"""Facet name to its JSON, byte for byte as it was sent."""

_EPOCH: Final = date(1970, 1, 1)


@lru_cache(maxsize=4096)
def _day(number: int) -> str:
    return (_EPOCH + timedelta(days=number)).isoformat()


@lru_cache(maxsize=1440)
def _clock(minutes: int) -> str:
    return f"T{minutes // 60:02d}:{minutes % 60:02d}:"


class Moment(NamedTuple):
    """A point in time between the years 1 and 9999, exact to the nanosecond."""

    seconds: int
    nanoseconds: int = 0

    def to_text(self) -> str:
        """Return ISO 8601 in UTC with 0, 3, 6 or 9 digits of fraction, as Java prints it."""
        days, rest = divmod(self.seconds, 86_400)
        minutes, seconds = divmod(rest, 60)
        text = f"{_day(days)}{_clock(minutes)}{seconds:02d}"
        if not self.nanoseconds:
            return text + "Z"
        digits = f"{self.nanoseconds:09d}"
        while digits.endswith("000"):
            digits = digits[:-3]
        return f"{text}.{digits}Z"

    def milliseconds_until(self, later: Moment) -> int:
        """Return the whole milliseconds from here to `later`."""
        span = (later.seconds - self.seconds) * 1_000_000_000
        return (span + later.nanoseconds - self.nanoseconds) // 1_000_000


class Name(msgspec.Struct, frozen=True, order=True, gc=False, cache_hash=True):
    """The identity of a job or of a dataset, as its producer sent it."""

    namespace: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Namespace:
    """A namespace that something was seen in, or that somebody declared."""

    name: str
    created_at: Moment
    updated_at: Moment
    owner: str | None = None
    description: str | None = None
    is_hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where datasets physically are, as their `dataSource` facets say."""

    name: str
    created_at: Moment
    updated_at: Moment
    connection_url: str
    type: str | None = None
    description: str | None = None


class DatasetVersionName(NamedTuple):
    """One version of a dataset as a run read or wrote it, with the facets of that use."""

    dataset: Name
    version: str
    facets: Facets


@dataclass(frozen=True, slots=True, kw_only=True)
class RunName:
    """A run of a job."""

    id: str
    job: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of one job; producers share run ids among jobs, so `job` belongs to the identity.

    `own_state` follows from the run's events. `state` of a run that has children is the worst
    of its own and theirs.
    """

    key: int
    id: str
    job_key: int
    job: Name
    own_state: RunState
    created_at: Moment
    updated_at: Moment
    started_at: Moment | None
    ended_at: Moment | None
    has_warning: bool
    parent: RunName | None
    job_version: str | None
    facets: Facets
    inputs: tuple[DatasetVersionName, ...] = ()
    outputs: tuple[DatasetVersionName, ...] = ()

    @property
    def duration_milliseconds(self) -> int | None:
        """Return how long the run took, None while that is not known."""
        if self.started_at is None or self.ended_at is None:
            return None
        return self.started_at.milliseconds_until(self.ended_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One thing that a person said last of a namespace, job or dataset.

    `column` is empty for the whole. `item` is the tag or the owner, `value` the description or
    the owner's type. `stands` is False where it was taken back: then a tag or an owner does not
    count even if events name it.
    """

    what: Literal["tag", "description", "owner"]
    column: str
    item: str
    value: str | None
    stands: bool
    actor: str
    at: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """A source or a tag as a person declared it last."""

    name: str
    type: str | None
    url: str | None
    description: str | None
    actor: str
    at: Moment
    created_at: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job with its current inputs and outputs; `parent` is the job that it runs under."""

    key: int
    name: Name
    parent: Name | None
    created_at: Moment
    updated_at: Moment
    version: str | None
    facets: Facets
    inputs: tuple[Name, ...] = ()
    outputs: tuple[Name, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JobVersion:
    """What one or more runs of a job had in common: their inputs, outputs and code location."""

    job: Name
    version: str
    created_at: Moment
    location: str | None
    inputs: tuple[Name, ...]
    outputs: tuple[Name, ...]
    latest_run: Run | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """A dataset as its writers describe it, or its readers where nobody wrote it.

    `facets` are the latest of each name, `last_write_facets` only those of the last write.
    """

    key: int
    name: Name
    created_at: Moment
    updated_at: Moment
    version: str
    facets: Facets
    last_write_facets: Facets
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetVersion:
    """A dataset as one run left it; `notes` are those on the dataset."""

    dataset: Name
    version: str
    created_at: Moment
    facets: Facets
    created_by: Run | None
    notes: tuple[Note, ...] = ()


class Edge(msgspec.Struct, frozen=True, order=True, gc=False):
    """A job reads or writes a dataset, by the keys of the store."""

    job: int
    dataset: int
    direction: Direction
    state: EdgeState = "current"


class Field(msgspec.Struct, frozen=True, order=True, gc=False):
    """A column of a dataset, by the dataset's key in the store."""

    dataset: int
    column: str


class ColumnEdge(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A column is made of another one by a job; several subtypes make several edges.

    `output.column` is empty where the whole dataset depends on the input (a filter, a join).
    """

    output: Field
    input: Field
    job: int | None
    kind: str
    subtype: str | None
    is_masked: bool
    state: EdgeState = "current"
