"""What a batch says about one run, and what was known of it before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from headwater.lineage.projections.facet_sets import DATASET_PART, FacetSets, Said
from headwater.lineage.projections.run_state import Mark
from headwater.lineage.projections.told import Held, Joined, joined, tell

OWNER_RUN: Final = 0
OWNER_JOB: Final = 1

Place = tuple[int, int]
"""A dataset, and 0 where it is read or 1 where it is written."""


@dataclass(slots=True)
class Known:
    """A run as it is stored, but for what follows from the rest.

    `sets` are of the run's facets and of its job's. `may_have_rows`: facets by name too.
    """

    first: bytes
    last: bytes
    snapshot: bytes | None = None
    sets: tuple[int, int] = (0, 0)
    marks: list[Mark] = field(default_factory=list)
    io: dict[Place, Held] = field(default_factory=dict)
    shows_life: bool = False
    may_have_rows: bool = True


class RunRows:
    """RunRows of a batch of runs, for each table in the order of its statement's columns."""

    __slots__ = ("gone_from_io", "gone_from_runs", "io", "io_facets", "run_facets")

    def __init__(self) -> None:
        self.io: list[tuple[object, ...]] = []
        self.io_facets: list[tuple[object, ...]] = []
        self.run_facets: list[tuple[object, ...]] = []
        self.gone_from_io: list[tuple[object, ...]] = []
        self.gone_from_runs: list[tuple[object, ...]] = []


class Draft:
    """What a batch says about one run; `known` is what was there, once that is looked up."""

    __slots__ = (
        *("first", "io", "is_new", "job", "kind", "known", "last", "marks"),
        *("said", "shows_life", "snapshot", "uuid"),
    )

    def __init__(self, uuid: bytes, job: int | None, kind: int, *, is_new: bool) -> None:
        self.uuid = uuid
        self.job = job
        self.kind = kind
        self.is_new = is_new
        self.first = self.last = b""
        self.snapshot: bytes | None = None
        self.marks: list[Mark] = []
        self.shows_life = False
        self.said: tuple[list[tuple[bytes, Said]], list[tuple[bytes, Said]]] = ([], [])
        self.io: dict[Place, list[tuple[bytes, Said]]] = {}
        self.known: Known | None = None

    def join(self, key: bytes, *, is_alone: bool) -> None:
        """Note an event of the run."""
        if not self.first or key < self.first:
            self.first = key
        if key > self.last:
            self.last = key
        if is_alone and (self.snapshot is None or key > self.snapshot):
            self.snapshot = key

    def say(self, key: bytes, *said: Said) -> None:
        """Note what an event says of the facets of the run and of its job."""
        for told, one in zip(self.said, said, strict=True):
            if told and told[-1][1] is one:
                if key > told[-1][0]:
                    told[-1] = (key, one)
            else:
                told.append((key, one))

    def name(self, place: Place, key: bytes, said: Said, sets: FacetSets) -> None:
        """Note that an event of the run names a dataset."""
        told = self.io.get(place)
        if told is None:
            self.io[place] = [(key, said)]
        else:
            tell(told, key, said, sets)

    def compared_sets(self) -> Iterator[int]:
        """Yield the sets that `joined` compares with others."""
        known = self.known
        if known is None:
            return
        for held, told in zip(known.sets, self.said, strict=True):
            if any(said.set_id != held or key < known.last for key, said in told):
                yield held
        for place, told in self.io.items():
            io = known.io.get(place)
            if io is not None and any(s.set_id != io[1] or key < io[0] for key, s in told):
                yield io[1]

    def joined(self, id_: int, rows: RunRows, sets: FacetSets) -> Known:
        """Return the run as it is with the batch, and add the rows that this takes."""
        known = self.known
        now = Known(self.first, self.last, self.snapshot, may_have_rows=False)
        now.marks, now.shows_life = self.marks, self.shows_life
        if known is not None:
            now.first = min(self.first, known.first)
            now.last = max(self.last, known.last)
            if known.snapshot is not None:
                now.snapshot = max(now.snapshot or b"", known.snapshot)
            now.marks = known.marks + self.marks
            now.shows_life |= known.shows_life
            now.may_have_rows = known.may_have_rows
            now.io = dict(known.io)
        before = len(rows.run_facets) + len(rows.io_facets)
        now.sets = (
            self._facets(id_, OWNER_RUN, rows, sets),
            self._facets(id_, OWNER_JOB, rows, sets),
        )
        for place in self.io:
            now.io[place] = self._place(id_, place, rows, sets)
        now.may_have_rows |= before < len(rows.run_facets) + len(rows.io_facets)
        return now

    def _facets(self, id_: int, owner: int, rows: RunRows, sets: FacetSets) -> int:
        known, told = self.known, self.said[owner]
        if known is None and len(told) == 1 and not told[0][1].others:
            return told[0][1].set_id
        held = None if known is None else (known.last, known.sets[owner])
        now = joined(held, told, sets)
        for (_, name), (key, *row) in now.rest.items():
            rows.run_facets.append((id_, name, owner, key, *row))
        for name in self._entered(held, now, sets, told):
            rows.gone_from_runs.append((id_, name, owner))
        return now.set_id

    def _place(self, id_: int, place: Place, rows: RunRows, sets: FacetSets) -> Held:
        told = self.io[place]
        held = None if self.known is None else self.known.io.get(place)
        if held is None and len(told) == 1 and not told[0][1].others:
            key, set_id = told[0][0], told[0][1].set_id
            rows.io.append((id_, *place, key, set_id))
            return key, set_id
        now = joined(held, told, sets)
        if held != now[:2]:
            rows.io.append((id_, *place, now.key, now.set_id))
        for (part, name), rest in now.rest.items():
            rows.io_facets.append((id_, *place, part, name, *rest))
        for name in self._entered(held, now, sets, told):
            rows.gone_from_io.append((id_, *place, DATASET_PART, name))
        return now.key, now.set_id

    def _entered(
        self,
        held: Held | None,
        now: Joined,
        sets: FacetSets,
        told: Iterable[tuple[bytes, Said]],
    ) -> Iterable[int]:
        """Return the names that are in the set by now, and may have a row from before."""
        if held is None or held[1] == now.set_id:
            return ()
        assert self.known is not None
        if not self.known.may_have_rows:
            return ()
        members = next(said.members for _, said in told if said.set_id == now.set_id)
        return members.keys() - sets.members(held[1]).keys()


def io_of(known: Known) -> Mapping[Place, bytes]:
    """Return the inputs and outputs that count: those named since the run was stood alone."""
    since = known.snapshot or b""
    return {place: key for place, (key, _) in known.io.items() if key >= since}
