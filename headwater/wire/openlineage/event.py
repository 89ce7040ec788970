"""OpenLineage events as values: what they name, and their facets as bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from enum import IntEnum
from typing import Final, Protocol

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
    """One facet: the bytes as sent, the canonical hash, and the canonical form on demand."""

    __slots__ = ("_body", "hash", "raw")

    def __init__(self, raw: bytes, hash_: bytes, body: bytes | None = None) -> None:
        self.raw = raw
        self.hash = hash_
        self._body = body

    @property
    def body(self) -> bytes:
        """Return the canonical form, which is what a store keeps."""
        body = self._body
        return to_canonical(self.raw) if body is None else body

    def let_go(self) -> None:
        """Drop the canonical form, which is made again when somebody asks."""
        self._body = None


Facets = Mapping[str, Facet]
StandIn = Callable[[Facet], object]


class Part:
    """A piece of an event: what it says beside its facets, and the facets in their places.

    `tree` is what the piece was decoded to; `places` say in which attribute or, in a piece that
    is a dictionary, in which map inside it the facets were. Never changed: events share parts
    that came before, byte by byte. `hashed` is the canonical form with the hash of each facet
    in its place, so that parts with equal `hashed` say the same. `form` and `plans` are for whoever
    keeps events: what it made of the part, as an input or as an output.
    """

    __slots__ = ("_places", "_tree", "form", "hashed", "plans", "raw")

    def __init__(self, tree: msgspec.Struct, places: tuple[tuple[str, Facets], ...]) -> None:
        self._tree = tree
        self._places = places
        self.form: object = None
        self.plans: list[object] = [None, None]
        self.hashed = self.encoded(hex_of)
        self.raw = msgspec.Raw(self.hashed)

    def encoded(self, stand_in: StandIn) -> bytes:
        """Return the piece in canonical form with something small in place of each facet."""
        tree = copy(self._tree)
        for place, facets in self._places:
            setattr(tree, place, {name: stand_in(facet) for name, facet in facets.items()})
        return encode(tree)

    def facets(self) -> Iterable[Facet]:
        """Yield every facet of the piece."""
        for _, facets in self._places:
            yield from facets.values()


Form = Callable[[Part], msgspec.Raw]
"""What gives a part with something small in place of each facet."""


class Envelope(Protocol):
    """An event beside its facets."""

    def encoded(self, stand_in: StandIn, form: Form | None = None) -> bytes:
        """Return what `Event.envelope_with` returns."""
        ...

    def facets(self) -> Iterable[Facet]:
        """Yield every facet."""
        ...


class DatasetReference(msgspec.Struct, frozen=True, kw_only=True):
    """A dataset as an event names it; `own_facets` are `inputFacets` or `outputFacets`.

    `part` is the piece of the event that it was read from, None where events do not share it.
    """

    namespace: str
    name: str
    facets: Facets
    own_facets: Facets
    part: Part | None = None


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One event. `hash` is its canonical hash; `time` is None where it could not be read.

    `run_id` is the id as sent, `dataset` the one that a DatasetEvent is about. `warnings` say
    what was off, as `path: what`. `job_part` is the piece that names the job, where events
    share it.
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
    envelope: Envelope
    job_part: Part | None = None

    def envelope_with(self, stand_in: StandIn, form: Form | None = None) -> bytes:
        """Return the event in canonical form with something small in place of each facet.

        `form` may say what `stand_in` makes of a part, for whoever remembers that.
        """
        return self.envelope.encoded(stand_in, form)

    def all_facets(self) -> list[Facet]:
        """Return every facet of the event."""
        return list(self.envelope.facets())


def hex_of(facet: Facet) -> str:
    """Return what stands in place of a facet where an event is hashed."""
    return facet.hash.hex()
