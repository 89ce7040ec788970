"""Names to row ids, and what is known of each named thing: standing, first and last seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from typing import Final

from headwater.database.bulk import Bulk, Rule, insert, update
from headwater.database.session import Session
from headwater.lineage import tables
from headwater.lineage.names import display, to_bytes

_CACHE_ENTRIES: Final = 100_000
_TABLES: Final = ("namespace", "job", "dataset")
COUNTED: Final = (*_TABLES, "facet_name")
"""The tables whose next row ids `begin` is told."""

_SEQUENCES: Final = ("named_seq", "deleted_seq", "revived_seq")
_SEEN: Final[dict[str, Rule]] = {
    "first_us": "least",
    "last_us": "greatest",
    **dict.fromkeys(_SEQUENCES, "greatest"),
}
_STANDING: Final[dict[str, Rule]] = {"standing": "greatest", **_SEEN}
TOLD: Final = {"job": ("facet",), "dataset": ("read", "written")}
"""By entity, whose latest facets its row tells: for each word a column of the key, one of a set."""

_TOLD: Final[dict[str, dict[str, Rule]]] = {
    entity: {f"{word}_{column}": "given" for word in words for column in ("key", "set_id")}
    for entity, words in TOLD.items()
}
_INSERT: Final[dict[str, Bulk]] = {
    "namespace": insert(tables.NAMESPACE, ("id", "name", "display", *_SEEN)),
    **{
        t.name: insert(t, ("id", "name", "display", "namespace_id", *_STANDING, *_TOLD[t.name]))
        for t in (tables.JOB, tables.DATASET)
    },
}
_UPDATE: Final[dict[str, Bulk]] = {
    "namespace": update(tables.NAMESPACE, key="id", rules=_SEEN),
    **{
        t.name: update(t, key="id", rules={**_STANDING, **_TOLD[t.name]})
        for t in (tables.JOB, tables.DATASET)
    },
}
_INSERT_FACET_NAMES: Final = insert(tables.FACET_NAME)


Columns = tuple[int | bytes | None, ...]


class _Known:
    """What a batch says about one thing; joins into its row."""

    __slots__ = ("deleted", "first", "last", "named", "revived", "standing")

    def __init__(self) -> None:
        self.standing = self.named = self.deleted = self.revived = 0
        self.first: int | None = None
        self.last: int | None = None

    def join(self, standing: int, us: int | None, seq: int) -> None:
        if standing > self.standing:
            self.standing = standing
        if seq > self.named:
            self.named = seq
        if us is None:
            return
        if self.first is None or us < self.first:
            self.first = us
        if self.last is None or us > self.last:
            self.last = us

    def row(self) -> tuple[int | None, ...]:
        return (self.standing, self.first, self.last, self.named, self.deleted, self.revived)


class Identities:
    """Row ids of namespaces, jobs, datasets, facet names; new ones are written by `flush`.

    Belongs to the one transaction that writes; `forget` after a rollback.
    """

    def __init__(self) -> None:
        self._session: Session | None = None
        self._ids: dict[tuple[str, int, str], int] = {}
        self._facet_names: dict[str, int] = {}
        self._jobs: dict[tuple[str, str], int] = {}
        self._datasets: dict[tuple[str, str], int] = {}
        self._new: dict[str, dict[int, tuple[int, str]]] = {t: {} for t in _TABLES}
        self._known: dict[str, dict[int, _Known]] = {t: {} for t in _TABLES}
        self._new_facet_names: list[tuple[int, bytes, str]] = []
        self._next: dict[str, int] = {}
        self._namespace_of: dict[tuple[str, int], int] = {}

    def begin(self, session: Session, next_ids: Mapping[str, int]) -> None:
        """Start a batch inside a transaction; `next_ids` are those of the tables in `COUNTED`."""
        if len(self._ids) + len(self._facet_names) > _CACHE_ENTRIES:
            self.forget()
        self._session = session
        self._next = {table: next_ids[table] for table in COUNTED}

    def forget(self) -> None:
        """Drop everything remembered."""
        for cache in (self._ids, self._facet_names, self._jobs, self._datasets):
            cache.clear()
        self._namespace_of.clear()
        self._new_facet_names.clear()
        for table in _TABLES:
            self._new[table].clear()
            self._known[table].clear()

    def namespace(self, name: str) -> int:
        """Return the id of a namespace."""
        return self._id("namespace", 0, name)

    def job(self, namespace: str, name: str) -> int:
        """Return the id of a job, which stands for nothing until it is touched."""
        found = self._jobs.get((namespace, name))
        if found is None:
            found = self._id("job", self.namespace(namespace), name)
            self._jobs[namespace, name] = found
        return found

    def dataset(self, namespace: str, name: str) -> int:
        """Return the id of a dataset, which stands for nothing until it is touched."""
        found = self._datasets.get((namespace, name))
        if found is None:
            found = self._id("dataset", self.namespace(namespace), name)
            self._datasets[namespace, name] = found
        return found

    def facet_name(self, name: str) -> int:
        """Return the id of a facet's key."""
        found = self._facet_names.get(name)
        if found is not None:
            return found
        self.learn_facet_names([name])
        return self._facet_names[name]

    def learn(self, table: str, names: Collection[tuple[str, str]]) -> None:
        """Look up many jobs or datasets at once, so that asking for each costs nothing."""
        cache = self._jobs if table == "job" else self._datasets
        missing: defaultdict[str, list[str]] = defaultdict(list)
        for namespace, name in names:
            if (namespace, name) not in cache:
                missing[namespace].append(name)
        if missing:
            self._look_up("namespace", 0, missing)
        for namespace, wanted in missing.items():
            owner = self._ids["namespace", 0, namespace]
            self._look_up(table, owner, wanted)
            for name in wanted:
                cache[namespace, name] = self._ids[table, owner, name]

    def learn_facet_names(self, names: Collection[str]) -> None:
        """Look up many keys of facets at once."""
        assert self._session is not None
        missing = {to_bytes(name): name for name in names if name not in self._facet_names}
        if not missing:
            return
        sql = "SELECT id, name FROM facet_name WHERE name IN ({keys})"
        for id_, stored in self._session.rows_in(sql, missing):
            self._facet_names[missing.pop(stored)] = id_
        for stored, name in missing.items():
            self._facet_names[name] = id_ = self._allocate("facet_name")
            self._new_facet_names.append((id_, stored, display(name)))

    def new_ids(self, table: str) -> list[int]:
        """Return the ids of what the batch names for the first time."""
        return list(self._new[table])

    def touch(self, table: str, id_: int, *, standing: int, us: int | None, seq: int) -> None:
        """Note that an event names a job or dataset that has just been looked up."""
        place = (id_, self.namespace_of(table, id_))
        self.touch_at(table, place, standing=standing, us=us, seq=seq)

    def touch_at(
        self, table: str, place: tuple[int, int], *, standing: int, us: int | None, seq: int
    ) -> None:
        """Note that an event names a job or dataset, given its id and that of its namespace."""
        id_, namespace = place
        here = self._known[table]
        known = here.get(id_)
        if known is None:
            known = here[id_] = _Known()
        known.join(standing, us, seq)
        here = self._known["namespace"]
        known = here.get(namespace)
        if known is None:
            known = here[namespace] = _Known()
        if known.named != seq:  # an event says the same of it for each that it names there
            known.join(standing, us, seq)

    def namespace_of(self, table: str, id_: int) -> int:
        """Return the id of the namespace of a job or dataset that has just been looked up."""
        return self._namespace_of[table, id_]

    def name_namespace(self, id_: int, *, us: int | None, seq: int) -> None:
        """Note that somebody declares a namespace, which lists it and brings it back."""
        self._of("namespace", id_).join(0, us, seq)

    def mark_deleted(self, table: str, id_: int, seq: int) -> None:
        """Note that a command deleted the thing."""
        known = self._of(table, id_)
        known.deleted = max(known.deleted, seq)

    def mark_revived(self, table: str, id_: int, seq: int) -> None:
        """Note that a command brought the thing back."""
        known = self._of(table, id_)
        known.revived = max(known.revived, seq)

    def flush(self, session: Session, told: Mapping[str, Callable[[int], Columns]]) -> None:
        """Write new rows and join what the batch says into the others.

        `told` gives, by entity, the columns that `TOLD` names of a row.
        """
        session.write(_INSERT_FACET_NAMES, self._new_facet_names)
        self._new_facet_names.clear()
        for table in _TABLES:
            new, known = self._new[table], self._known[table]
            columns = told.get(table, _no_columns)
            inserts = []
            for id_, (owner, name) in new.items():
                row = known.pop(id_, _NOTHING).row()
                tail = row[1:] if table == "namespace" else (owner, *row, *columns(id_))
                inserts.append((id_, to_bytes(name), display(name), *tail))
            session.write(_INSERT[table], inserts)
            skipped = 1 if table == "namespace" else 0
            updates = [(id_, *known[id_].row()[skipped:], *columns(id_)) for id_ in sorted(known)]
            session.write(_UPDATE[table], updates)
            new.clear()
            known.clear()

    def _of(self, table: str, id_: int) -> _Known:
        known = self._known[table].get(id_)
        if known is None:
            known = self._known[table][id_] = _Known()
        return known

    def _id(self, table: str, owner: int, name: str) -> int:
        found = self._ids.get((table, owner, name))
        if found is None:
            self._look_up(table, owner, [name])
            found = self._ids[table, owner, name]
        return found

    def _look_up(self, table: str, owner: int, names: Collection[str]) -> None:
        """Put the ids of these names into the cache; those that are new get one."""
        assert self._session is not None
        ids = self._ids
        missing = {to_bytes(name): name for name in names if (table, owner, name) not in ids}
        if not missing:
            return
        where = "" if table == "namespace" else f" AND namespace_id = {owner:d}"
        sql = f"SELECT id, name FROM {table} WHERE name IN ({{keys}}){where}"
        for id_, stored in self._session.rows_in(sql, missing):
            self._remember(table, owner, missing.pop(stored), id_)
        for name in missing.values():
            id_ = self._allocate(table)
            self._new[table][id_] = (owner, name)
            self._remember(table, owner, name, id_)

    def _remember(self, table: str, owner: int, name: str, id_: int) -> None:
        self._ids[table, owner, name] = id_
        self._namespace_of[table, id_] = owner

    def _allocate(self, table: str) -> int:
        id_ = self._next[table]
        self._next[table] = id_ + 1
        return id_


_NOTHING: Final = _Known()


def _no_columns(_id: int) -> Columns:
    return ()
