"""OpenLineage events as values: what they name, and their facets as bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Final

import msgspec

from headwater.wire.openlineage.canonical import encode, to_canonical
from headwater.wire.openlineage.times import EventTime


class Kind(IntEnum):
    """What an event is about."""

    RUN = 0
    JOB = 1
    DATASET = 2


class EventType(IntEnum):
    """The run state that an event reports; `OTHER` stands for every other word too."""

    NONE = 0
    START = 1
    RUNNING = 2
    OTHER = 3
    COMPLETE = 4
    ABORT = 5
    FAIL = 6


TERMINAL: Final = frozenset({EventType.COMPLETE, EventType.ABORT, EventType.FAIL})


class Facet:
    """One facet: the bytes as sent, the canonical hash, and the canonical form on demand.

    `row` is for the store that takes the event in: where it keeps the facet, 0 until it knows.
    """

    __slots__ = ("_body", "hash", "raw", "row")

    def __init__(self, raw: bytes, hash_: bytes, body: bytes | None = None) -> None:
        self.raw = raw
        self.hash = hash_
        self.row = 0
        self._body = body

    @property
    def body(self) -> bytes:
        """Return the canonical form, which is what a store keeps."""
        if self._body is None:
            self._body = to_canonical(self.raw)
        return self._body


Facets = Mapping[str, Facet]


class DatasetReference(msgspec.Struct, frozen=True, kw_only=True):
    """A dataset as an event names it; `own_facets` are `inputFacets` or `outputFacets`."""

    namespace: str
    name: str
    facets: Facets
    own_facets: Facets


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event. `hash` is its canonical hash; `time` is None where it could not be read.

    `run_id` is the id as sent, `dataset` the one that a DatasetEvent is about. `warnings` say
    what was off, as `path: what`. The envelope is the event itself, with each facet in a map
    that `slots` lists beside its facets.
    """

    kind: Kind
    type: EventType
    time: EventTime | None
    hash: bytes
    run_id: str | None
    run_facets: Facets
    job: tuple[str, str] | None
    job_facets: Facets
    dataset: DatasetReference | None
    inputs: tuple[DatasetReference, ...]
    outputs: tuple[DatasetReference, ...]
    warnings: tuple[str, ...]
    envelope: Any = field(repr=False)
    slots: tuple[tuple[dict[str, Any], Facets], ...] = field(repr=False)

    def all_facets(self) -> list[Facet]:
        """Return every facet of the event."""
        return [facet for _, facets in self.slots for facet in facets.values()]

    def envelope_with(self, stand_in: Callable[[Facet], object]) -> bytes:
        """Return the event in canonical form with something small in place of each facet."""
        return envelope_bytes(self.envelope, self.slots, stand_in)


def envelope_bytes(
    envelope: Any,
    slots: tuple[tuple[dict[str, Any], Facets], ...],
    stand_in: Callable[[Facet], object],
) -> bytes:
    """Put `stand_in` of each facet into its slot and return the canonical form of the whole."""
    for slot, facets in slots:
        for name, facet in facets.items():
            slot[name] = stand_in(facet)
    return encode(envelope)
