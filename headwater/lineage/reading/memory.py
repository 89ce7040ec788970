"""What views remember of jobs and datasets between requests, kept fresh by the log's sequence.

The database is the truth. A view asks which sequence it sees and forgets what the events since
the last look may have changed, so that other processes' commits count too; commands, a rebuild
and more events than are worth looking through make it forget everything.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final, Generic, Literal, TypeVar, cast

from sqlalchemy import Connection

from headwater.lineage.log import REBUILDS
from headwater.lineage.reading.rows import rows_in, rows_of

Value = TypeVar("Value")
Held = TypeVar("Held", covariant=True)

MOST_ENTRIES: Final = 50_000
MOST_EVENTS: Final = 5_000

_STAMP: Final = (
    "SELECT (SELECT max(seq) FROM event),"
    f" (SELECT value FROM tally WHERE name = '{REBUILDS}') AS rebuilds"
)
_SINCE: Final = "SELECT kind, run_id FROM event WHERE seq > :seq AND seq <= :now LIMIT :most"
_JOBS: Final = (
    "SELECT job_id FROM run WHERE id IN ({keys}) AND job_id IS NOT NULL"
    " UNION SELECT parent_job_id FROM run_parent WHERE run_id IN ({keys})"
    " UNION SELECT root_job_id FROM run_parent WHERE run_id IN ({keys}) AND root_job_id IS NOT NULL"
)
_DATASETS: Final = "SELECT DISTINCT dataset_id FROM run_io WHERE run_id IN ({keys})"
_READERS: Final = (
    "SELECT DISTINCT job_id FROM job_edge WHERE dataset_id IN ({keys}) AND direction = 0"
)
_EXPLICIT: Final = (
    "SELECT DISTINCT e.out_dataset_id, e.in_dataset_id, e.out_job_id, e.in_job_id"
    " FROM lineage_use u JOIN facet_edge e ON e.facet_id = u.facet_id AND e.source = 1"
    " WHERE u.source = 1 AND u.{owner}_id IN ({{keys}})"
)
_SYMLINKED: Final = (
    "SELECT s.dataset_id FROM dataset_facet f JOIN facet_symlink s ON s.facet_id = f.facet_id"
    " WHERE f.dataset_id IN ({keys})"
)

Entity = Literal["job", "reader", "dataset"]
"""Of what a value is: a `reader` is a job of which the value also depends on what it reads."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """A moment of the database: the newest sequence, and how often projections were rebuilt."""

    sequence: int
    rebuilds: int


@dataclass(frozen=True)
class Shelf(Generic[Held]):
    """One kind of value that is remembered by the key of a job or dataset, `most` of them."""

    name: str
    entity: Entity
    most: int = MOST_ENTRIES


class Memory:
    """Values of many shelves, shared by the threads of a process."""

    def __init__(self, most: int = MOST_ENTRIES) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._stamp = Stamp(-1, 0)
        self._held: dict[Shelf[object], dict[int, object]] = {}

    def look(self, connection: Connection) -> Stamp:
        """Return the moment that the connection sees, after forgetting what changed until then.

        A connection that sees an earlier moment than another one before it gets nothing from
        here, and leaves nothing here.
        """
        ((sequence, rebuilds),) = rows_of(connection, _STAMP)
        seen = Stamp(sequence or 0, rebuilds or 0)
        with self._lock:
            held = self._stamp
            if seen == held or seen.sequence < held.sequence or seen.rebuilds < held.rebuilds:
                return seen
        changed = None
        if seen.rebuilds == held.rebuilds and held.sequence >= 0:
            changed = _changed_since(connection, held.sequence, seen.sequence)
        with self._lock:
            if self._stamp is held:
                self._stamp = seen
                self._forget(changed)
        return seen

    def take(self, shelf: Shelf[Value], keys: Iterable[int], stamp: Stamp) -> dict[int, Value]:
        """Return what is held of these keys, if the memory is of this very moment."""
        with self._lock:
            if self._stamp != stamp:
                return {}
            held = self._held.get(shelf)
            if not held:
                return {}
            return cast("dict[int, Value]", {key: held[key] for key in keys if key in held})

    def put(self, shelf: Shelf[Value], values: Mapping[int, Value], stamp: Stamp) -> None:
        """Hold values that were read at a moment, unless the memory has moved on."""
        with self._lock:
            if self._stamp != stamp:
                return
            held = self._held.setdefault(shelf, {})
            held.update(values)
            most = min(self._most, shelf.most)
            if len(held) > most:
                for key in list(islice(held, len(held) - most * 3 // 4)):
                    del held[key]

    def _forget(self, changed: Mapping[Entity, set[int]] | None) -> None:
        if changed is None:
            self._held.clear()
            return
        for shelf, held in self._held.items():
            for key in changed[shelf.entity]:
                held.pop(key, None)


class Recall:
    """One view's use of the memory; without one it remembers for itself alone."""

    def __init__(self, connection: Connection, memory: Memory | None) -> None:
        self._connection = connection
        self._memory = memory or Memory()
        self._seen: Stamp | None = None
        self._own: dict[Shelf[object], dict[int, object]] = {}

    @property
    def _stamp(self) -> Stamp:
        """Return the moment of the view, looked at once it matters."""
        if self._seen is None:
            self._seen = self._memory.look(self._connection)
        return self._seen

    def of(
        self,
        shelf: Shelf[Value],
        keys: Iterable[int],
        load: Callable[[Collection[int]], Mapping[int, Value]],
    ) -> dict[int, Value]:
        """Return values by key; `load` reads those that nobody remembers, all in one call."""
        wanted = set(keys)
        own = self._own.setdefault(shelf, {})
        missing = wanted.difference(own)  # of keys() it would look through all that is held
        if missing:
            own.update(self._memory.take(shelf, missing, self._stamp))
            missing = missing.difference(own)
        if missing:
            loaded = load(missing)
            own.update(loaded)
            self._memory.put(shelf, loaded, self._stamp)
        return cast("dict[int, Value]", {key: own[key] for key in wanted if key in own})

    def renew(self, shelf: Shelf[Value], values: Mapping[int, Value]) -> Mapping[int, Value]:
        """Remember other values, and return them."""
        self._own.setdefault(shelf, {}).update(values)
        self._memory.put(shelf, values, self._stamp)
        return values


def _changed_since(
    connection: Connection, before: int, now: int
) -> Mapping[Entity, set[int]] | None:
    """Return which jobs and datasets the events after `before` concern, None for too many."""
    events = rows_of(connection, _SINCE, seq=before, now=now, most=MOST_EVENTS + 1)
    runs = {run for _, run in events if run is not None}
    if len(events) > MOST_EVENTS or any(run is None for _, run in events):
        return None
    jobs = {job for (job,) in rows_in(connection, _JOBS, runs)}
    datasets = {dataset for (dataset,) in rows_in(connection, _DATASETS, runs)}
    owners = (("job", jobs), ("dataset", datasets))
    for owner, keys in owners:
        sql = _EXPLICIT.format(owner=owner)
        for out_dataset, in_dataset, out_job, in_job in list(rows_in(connection, sql, keys)):
            datasets |= {out_dataset, in_dataset}
            jobs |= {out_job, in_job}
    datasets |= {dataset for (dataset,) in rows_in(connection, _SYMLINKED, datasets)}
    readers = jobs | {job for (job,) in rows_in(connection, _READERS, datasets)}
    return {"job": jobs, "reader": readers, "dataset": datasets}
