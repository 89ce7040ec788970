"""Names to row ids, and what is known of each named thing: standing, first and last seen."""

from __future__ import annotations

from sqlite3 import Cursor
from typing import Final

from headwater.lineage.names import display, to_bytes

_CACHE_ENTRIES: Final = 100_000
_TABLES: Final = ("namespace", "job", "dataset")

_UPDATE: Final = """UPDATE {table} SET {standing}
  first_us = coalesce(min(first_us, ?2), first_us, ?2),
  last_us = coalesce(max(last_us, ?3), last_us, ?3),
  named_seq = max(named_seq, ?4), deleted_seq = max(deleted_seq, ?5),
  revived_seq = max(revived_seq, ?6) WHERE id = ?7"""
_INSERT: Final = {
    "namespace": "INSERT INTO namespace (id, name, display, first_us, last_us, named_seq, "
    "deleted_seq, revived_seq) VALUES (?8, ?9, ?10, ?2, ?3, ?4, ?5, ?6)",
    **{
        t: f"INSERT INTO {t} (id, namespace_id, name, display, standing, first_us, last_us, "
        "named_seq, deleted_seq, revived_seq) VALUES (?8, ?11, ?9, ?10, ?1, ?2, ?3, ?4, ?5, ?6)"
        for t in ("job", "dataset")
    },
}


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
        self._cursor: Cursor | None = None
        self._ids: dict[tuple[str, int, str], int] = {}
        self._facet_names: dict[str, int] = {}
        self._jobs: dict[tuple[str, str], int] = {}
        self._datasets: dict[tuple[str, str], int] = {}
        self._new: dict[str, dict[int, tuple[int, str]]] = {t: {} for t in _TABLES}
        self._known: dict[str, dict[int, _Known]] = {t: {} for t in _TABLES}
        self._new_facet_names: list[tuple[int, bytes, str]] = []
        self._next: dict[str, int] = {}
        self._namespace_of: dict[tuple[str, int], int] = {}

    def begin(self, cursor: Cursor) -> None:
        """Start a batch inside a transaction."""
        if len(self._ids) + len(self._facet_names) > _CACHE_ENTRIES:
            self.forget()
        self._cursor = cursor
        for table in (*_TABLES, "facet_name"):
            (most,) = cursor.execute(f"SELECT max(id) FROM {table}").fetchone()
            self._next[table] = (most or 0) + 1

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
        assert self._cursor is not None
        stored = to_bytes(name)
        row = self._cursor.execute("SELECT id FROM facet_name WHERE name = ?", (stored,)).fetchone()
        if row is None:
            id_ = self._allocate("facet_name")
            self._new_facet_names.append((id_, stored, display(name)))
        else:
            id_ = row[0]
        self._facet_names[name] = id_
        return id_

    def touch(self, table: str, id_: int, *, standing: int, us: int | None, seq: int) -> None:
        """Note that an event names a job or dataset, and with it its namespace."""
        for where, which in ((table, id_), ("namespace", self._namespace_of[table, id_])):
            self._of(where, which).join(standing, us, seq)

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

    def flush(self, cursor: Cursor) -> None:
        """Write new rows and join what the batch says into the others."""
        if self._new_facet_names:
            cursor.executemany("INSERT INTO facet_name VALUES (?, ?, ?)", self._new_facet_names)
            self._new_facet_names.clear()
        for table in _TABLES:
            new, known = self._new[table], self._known[table]
            inserts = [
                (*known.pop(id_, _NOTHING).row(), None, id_, to_bytes(n), display(n), owner)
                for id_, (owner, n) in new.items()
            ]
            if table == "namespace":
                inserts = [row[:-1] for row in inserts]
            cursor.executemany(_INSERT[table], inserts)
            standing = "" if table == "namespace" else "standing = max(standing, ?1),"
            sql = _UPDATE.format(table=table, standing=standing)
            cursor.executemany(sql, [(*known[id_].row(), id_) for id_ in sorted(known)])
            new.clear()
            known.clear()

    def _of(self, table: str, id_: int) -> _Known:
        known = self._known[table].get(id_)
        if known is None:
            known = self._known[table][id_] = _Known()
        return known

    def _id(self, table: str, owner: int, name: str) -> int:
        found = self._ids.get((table, owner, name))
        if found is not None:
            return found
        assert self._cursor is not None
        where, bound = "name = ?", [to_bytes(name)]
        if table != "namespace":
            where += f" AND namespace_id = {owner:d}"
        row = self._cursor.execute(f"SELECT id FROM {table} WHERE {where}", bound).fetchone()
        if row is None:
            id_ = self._allocate(table)
            self._new[table][id_] = (owner, name)
        else:
            id_ = row[0]
        self._ids[table, owner, name] = id_
        self._namespace_of[table, id_] = owner
        return id_

    def _allocate(self, table: str) -> int:
        id_ = self._next[table]
        self._next[table] = id_ + 1
        return id_


_NOTHING: Final = _Known()
