"""What people search for, a document for each job and dataset: a function of stored rows.

A document is made again only when what is searched of its thing may have changed, so that an
event that says the same as before costs a look-up. What was settled is remembered as long as
nobody else wrote.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal, NamedTuple

from headwater.database.bulk import upsert
from headwater.database.session import Session
from headwater.lineage import tables
from headwater.lineage.deflate import FACET
from headwater.lineage.names import from_bytes
from headwater.lineage.projections.document import Document, Note, document_of
from headwater.lineage.projections.entity_facets import EntityFacets
from headwater.lineage.projections.facet_sets import Said
from headwater.lineage.projections.identities import Identities
from headwater.lineage.projections.rows import Rows
from headwater.lineage.search_index import ALL_FIELDS, SEARCH_DOCUMENT
from headwater.wire.openlineage.recent import Recent

Kind = Literal["dataset", "job"]

KINDS: Final[tuple[Kind, ...]] = ("dataset", "job")
"""In the order of the last bit of a document's id."""

_SETTLED: Final = 50_000
_WAYS: Final = 8
_PORTION: Final = 500
_ROLES: Final = 2
_SEARCHED: Final = {
    "dataset": "('schema', 'tags', 'documentation', 'ownership', 'catalog', 'hierarchy')",
    "job": "('tags', 'documentation', 'ownership', 'sql')",
}
_NAMES: Final = (
    "SELECT x.id, n.name, x.name FROM {kind} x JOIN namespace n ON n.id = x.namespace_id"
    " WHERE x.id IN ({{keys}})"
)
_FACETS: Final = (
    "SELECT f.{kind}_id, n.display, f.facet_name_id, {role}, f.facet_id, f.is_deleted"
    " FROM {kind}_facet f JOIN facet_name n ON n.id = f.facet_name_id"
    " AND n.display IN {searched} WHERE f.{kind}_id IN ({{keys}})"
)
_NOTES: Final = (
    "SELECT {kind}_id, field, what, item, value, stands FROM {kind}_note"
    " WHERE {kind}_id IN ({{keys}})"
)
_BODIES: Final = "SELECT id, body FROM facet WHERE id IN ({keys})"
_HELD: Final = (
    "SELECT id, " + ", ".join(f'"{name}"' for name in ALL_FIELDS) + " FROM search_document"
    " WHERE id IN ({keys})"
)
_MISSING: Final = (
    "SELECT x.id FROM {kind} x WHERE NOT EXISTS (SELECT 1 FROM search_document d"
    " WHERE d.id = x.id * 2 + {bit})"
)
_COUNTS: Final = (
    "SELECT (SELECT count(*) FROM dataset) + (SELECT count(*) FROM job),"
    " (SELECT count(*) FROM search_document)"
)
_WRITE: Final = upsert(SEARCH_DOCUMENT, dict.fromkeys(ALL_FIELDS, "new"))
_NOTE_TABLES: Final = {"dataset": tables.DATASET_NOTE, "job": tables.JOB_NOTE}


class _Held(NamedTuple):
    """A facet of a thing as it is stored now."""

    display: str
    name: int
    role: int
    facet: int
    is_deleted: int


class Documents:
    """Keeps documents; `gather` before the rows of a batch are flushed, `flush` after."""

    def __init__(
        self, identities: Identities, rows: Rows, jobs: EntityFacets, datasets: EntityFacets
    ) -> None:
        self._identities = identities
        self._rows = rows
        self._facets: dict[Kind, EntityFacets] = {"dataset": datasets, "job": jobs}
        self._told: dict[Kind, dict[int, dict[int, tuple[Said, ...]]]] = {k: {} for k in KINDS}
        self._settled: dict[Kind, Recent[tuple[int, int], tuple[Said, ...]]]
        self._settled = {kind: Recent(_SETTLED) for kind in KINDS}
        self._is_whole = False

    def forget(self) -> None:
        """Drop what was settled, when others wrote."""
        for settled in self._settled.values():
            settled.clear()

    def gather(self) -> None:
        """Note which documents the rows of the batch may change."""
        for kind in KINDS:
            told, settled = self._told[kind], self._settled[kind]
            for place, said in self._facets[kind].told.items():
                known = settled.get(place)
                if known is None or not _is_same(known, said):
                    ones = tuple([one for _, one in said])
                    if known is not None and all(_is_told(known, one) for one in ones):
                        settled.put(place, (*known, *ones)[-_WAYS:])
                    else:
                        told.setdefault(place[0], {})[place[1]] = ones
            for owner in self._identities.new_ids(kind):
                told.setdefault(owner, {})
            for owner in self._rows.noted(_NOTE_TABLES[kind]):
                told.setdefault(owner, {})

    def flush(self, session: Session) -> None:
        """Write the documents that changed."""
        if not self._is_whole:
            self._complete(session)
        for kind in KINDS:
            told = self._told[kind]
            owners = sorted(told)
            for start in range(0, len(owners), _PORTION):
                self._write(session, kind, owners[start : start + _PORTION])
            told.clear()

    def _complete(self, session: Session) -> None:
        """Add what an older store has no documents of."""
        ((things, documents),) = session.rows(_COUNTS)
        if things != documents:
            for bit, kind in enumerate(KINDS):
                for (owner,) in session.rows(_MISSING.format(kind=kind, bit=bit)):
                    self._told[kind].setdefault(owner, {})
        self._is_whole = True

    def _write(self, session: Session, kind: Kind, owners: Sequence[int]) -> None:
        bit = KINDS.index(kind)
        facets = _facets(session, kind, owners)
        notes = _notes(session, kind, owners)
        wanted = {facet.facet for held in facets.values() for facet in held}
        bodies = {id_: FACET.unpack(body) for id_, body in session.rows_in(_BODIES, wanted)}
        made: dict[int, tuple[str, ...]] = {}
        for owner, namespace, name in session.rows_in(_NAMES.format(kind=kind), owners):
            document = Document(
                kind=kind,
                namespace=from_bytes(namespace),
                name=from_bytes(name),
                facets={f.display: bodies[f.facet] for f in _current(facets[owner])},
                notes=notes[owner],
            )
            made[owner * 2 + bit] = document_of(document)
        held = {id_: tuple(rest) for id_, *rest in session.rows_in(_HELD, list(made))}
        session.write(
            _WRITE, [(id_, *made[id_]) for id_ in sorted(made) if held.get(id_) != made[id_]]
        )
        self._settle(kind, owners, facets)

    def _settle(
        self, kind: Kind, owners: Iterable[int], facets: Mapping[int, Sequence[_Held]]
    ) -> None:
        """Remember what may be told again of each without a change of its document.

        A dataset is told of in several ways in turn: as an input, as an output.
        """
        settled = self._settled[kind]
        for owner in owners:
            stored = {(f.name, f.role): (f.facet, f.is_deleted) for f in facets[owner]}
            for role in range(_ROLES):
                said = self._told[kind][owner].get(role, ())
                told = {id(one): one for one in (*said, *(settled.get((owner, role)) or ()))}
                agreeing = [one for one in told.values() if _agrees(one, role, stored)]
                if told:
                    settled.put((owner, role), tuple(agreeing[:_WAYS]))


def _agrees(said: Said, role: int, stored: Mapping[tuple[int, int], tuple[int, int]]) -> bool:
    """Tell whether everything searched that is told of a thing is what is stored of it."""
    return all(stored.get((name, role), row) == row for name, row in said.rows().items())


def _facets(session: Session, kind: Kind, owners: Sequence[int]) -> Mapping[int, Sequence[_Held]]:
    role = "f.role" if kind == "dataset" else "0"
    sql = _FACETS.format(kind=kind, role=role, searched=_SEARCHED[kind])
    found: defaultdict[int, list[_Held]] = defaultdict(list)
    for owner, *rest in session.rows_in(sql, owners):
        found[owner].append(_Held(*rest))
    return found


def _notes(session: Session, kind: Kind, owners: Sequence[int]) -> Mapping[int, Sequence[Note]]:
    found: defaultdict[int, list[Note]] = defaultdict(list)
    for owner, field, what, item, value, stands in session.rows_in(
        _NOTES.format(kind=kind), owners
    ):
        text = None if value is None else from_bytes(value)
        found[owner].append(Note(from_bytes(field), what, from_bytes(item), text, bool(stands)))
    return found


def _current(held: Sequence[_Held]) -> list[_Held]:
    """Return the facets that count: of a name what its writers say, else what its readers say."""
    written = {facet.name for facet in held if facet.role == 1}
    return [f for f in held if not f.is_deleted and (f.role == 1 or f.name not in written)]


def _is_same(known: tuple[Said, ...], told: Sequence[tuple[bytes, Said]]) -> bool:
    if len(told) == 1 and known and told[0][1] is known[0]:  # as it is nearly always
        return True
    return all(any(said is other for other in known) for _, said in told)


def _is_told(known: tuple[Said, ...], said: Said) -> bool:
    """Tell whether something says the same as what is known, be it in a set or not."""
    rows = said.rows()
    return any(other.rows() == rows for other in known)
