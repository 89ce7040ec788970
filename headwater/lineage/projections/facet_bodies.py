"""Facets by row id: bodies stored once, and what lineage and symlink facets say, spread out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from msgspec import Raw

from headwater.database.bulk import insert
from headwater.database.session import Session
from headwater.lineage import tables
from headwater.lineage.deflate import EVENT, FACET
from headwater.lineage.names import display, to_bytes
from headwater.lineage.projections.identities import Identities
from headwater.lineage.projections.rows import Rows
from headwater.wire.openlineage.event import Event, Facet, Part
from headwater.wire.openlineage.facets import (
    OWN_JOB,
    FacetEdge,
    Name,
    column_edges_of,
    lineage_edges_of,
    symlinks_of,
)
from headwater.wire.openlineage.recent import Recent

COLUMN_LINEAGE: Final = 0
LINEAGE: Final = 1
_SYMLINKS: Final = 2
_CACHE_ENTRIES: Final = 20_000
_INSERT: Final = insert(tables.FACET)


class _Form:
    """A part with row ids in place of facets, which hold within an epoch."""

    __slots__ = ("epoch", "text")

    def __init__(self, text: Raw, epoch: int) -> None:
        self.text = text
        self.epoch = epoch


class FacetBodies:
    """Gives each facet its row id; belongs to the one transaction that writes."""

    def __init__(self) -> None:
        self._session: Session | None = None
        self._ids: Recent[bytes, int] = Recent(_CACHE_ENTRIES)
        self._new: dict[bytes, tuple[int, bytes, bytes]] = {}
        self._next = 1
        self._epoch = 0

    def begin(self, session: Session, next_id: int) -> None:
        """Start a batch inside a transaction."""
        self._session = session
        self._next = next_id

    def forget(self) -> None:
        """Drop everything remembered, after a rollback."""
        self._ids.clear()
        self._new.clear()
        self._epoch += 1

    def learn(self, facets: Iterable[Facet]) -> None:
        """Find the row ids of many facets at once; new ones are written by `flush`."""
        ids, new = self._ids, self._new
        missing = {
            facet.hash: facet
            for facet in facets
            if ids.get(facet.hash) is None and facet.hash not in new
        }
        if not missing:
            return
        assert self._session is not None
        sql = "SELECT id, hash FROM facet WHERE hash IN ({keys})"
        for id_, hash_ in self._session.rows_in(sql, missing):
            ids.put(hash_, id_)
            del missing[hash_]
        for hash_, facet in missing.items():
            ids.put(hash_, self._next)
            new[hash_] = (self._next, hash_, FACET.pack(facet.body))
            facet.let_go()
            self._next += 1

    def id_of(self, facet: Facet) -> int:
        """Return the row id of a facet."""
        found = self._ids.get(facet.hash)
        if found is None:
            if facet.hash in self._new:
                return self._new[facet.hash][0]
            self.learn((facet,))
            found = self._ids.get(facet.hash)
            assert found is not None  # `learn` has just put it there
        return found

    def packed(self, event: Event) -> bytes:
        """Return the body of an event for the log."""
        return EVENT.pack(event.envelope_with(self.id_of, self._form_of))

    def flush(self, session: Session) -> None:
        """Write the new bodies."""
        session.write(_INSERT, list(self._new.values()))
        self._new.clear()

    def _form_of(self, part: Part) -> Raw:
        """Return a part of an event with row ids in place of facets."""
        form = part.form
        if isinstance(form, _Form) and form.epoch == self._epoch:
            return form.text
        text = Raw(part.encoded(self.id_of))
        part.form = _Form(text, self._epoch)
        return text


class Spreading:
    """Spreads what lineage and symlink facets say into rows, once per body."""

    def __init__(self, identities: Identities, rows: Rows) -> None:
        self._identities = identities
        self._rows = rows
        self._done: dict[tuple[int, int], tuple[FacetEdge, ...]] = {}

    def forget(self) -> None:
        """Drop everything remembered, after a rollback."""
        self._done.clear()

    def symlinks(self, facet_id: int, facet: Facet) -> None:
        """Spread a `symlinks` facet."""
        if self._is_first(facet_id, _SYMLINKS):
            self._rows.add(
                tables.FACET_SYMLINK,
                (
                    (facet_id, self._identities.dataset(*name), display(type_))
                    for name, type_ in symlinks_of(facet)
                ),
            )

    def column_lineage(self, facet_id: int, facet: Facet) -> None:
        """Spread a `columnLineage` facet."""
        if self._is_first(facet_id, COLUMN_LINEAGE):
            self._edges(facet_id, COLUMN_LINEAGE, column_edges_of(facet))

    def lineage(self, facet_id: int, facet: Facet) -> tuple[FacetEdge, ...]:
        """Spread a `lineage` facet and return what it says."""
        if self._is_first(facet_id, LINEAGE):
            edges = tuple(lineage_edges_of(facet))
            self._edges(facet_id, LINEAGE, iter(edges))
            self._done[facet_id, LINEAGE] = edges
        return self._done[facet_id, LINEAGE]

    def _is_first(self, facet_id: int, source: int) -> bool:
        if (facet_id, source) in self._done:
            return False
        if len(self._done) > _CACHE_ENTRIES:
            self._done.clear()
        self._done[facet_id, source] = ()
        return True

    def _edges(self, facet_id: int, source: int, edges: Iterator[FacetEdge]) -> None:
        dataset, job = self._identities.dataset, self._identities.job
        said = {
            (
                0 if e.output is None else dataset(*e.output),
                _job_id(job, e.output_job),
                0 if e.input is None else dataset(*e.input),
                _job_id(job, e.input_job),
                e.kind,
                int(e.masking),
                to_bytes(e.output_field),
                to_bytes(e.input_field),
                display(e.subtype),
            )
            for e in edges
        }
        rows = ((facet_id, source, n, *edge) for n, edge in enumerate(sorted(said)))
        self._rows.add(tables.FACET_EDGE, rows)


def _job_id(job: Callable[[str, str], int], name: Name | None) -> int:
    if name is None:
        return 0
    return -1 if name == OWN_JOB else job(*name)
