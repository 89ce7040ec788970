"""What happened of late, never more of it than a bound: runs, names that came or went, facets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from headwater.lineage.deflate import FACET
from headwater.lineage.reading.names import Kind
from headwater.lineage.reading.past import bound_of
from headwater.lineage.reading.rows import hidden, rows_in, rows_of
from headwater.lineage.reading.runs import STATES
from headwater.lineage.reading.said import io_facets
from headwater.model.lineage import Direction, Moment, RunState

# The words of the indexes `run_by_state` and `run_by_decision`, so that they are used.
_IN_STATE: Final = "FROM run WHERE kind = 0 AND state <> 2 AND state = :state"
_DECIDED: Final = "FROM run WHERE kind = 0 AND decided_key >= :first"
_CHANGED: Final = "coalesce(x.last_us, -9000000000000000000)"
_CAME: Final = (
    "SELECT x.id FROM (SELECT * FROM {kind} ORDER BY id DESC LIMIT :most) x"
    " JOIN namespace n ON n.id = x.namespace_id"
    " WHERE x.first_us >= :since AND x.standing >= 1 AND NOT " + hidden("x")
)
_WENT: Final = (
    "SELECT x.id FROM {kind} x JOIN namespace n ON n.id = x.namespace_id"
    " WHERE x.deleted_seq > :sequence AND x.standing >= 1 AND " + hidden("x") + " LIMIT :most"
)
_JOBS: Final = (
    "SELECT x.id FROM job x JOIN namespace n ON n.id = x.namespace_id"
    f" WHERE {_CHANGED} >= :since AND x.standing >= 1 AND x.first_us < :since"
    " AND NOT " + hidden("x") + f" ORDER BY {_CHANGED} DESC LIMIT :most"
)
_SAID: Final = (
    "SELECT f.run_id, f.dataset_id, f.direction, f.facet_id"
    f" FROM {io_facets('io.run_id IN ({{keys}})')} f"
    " JOIN facet_name n ON n.id = f.facet_name_id AND n.display = '{name}'"
    " WHERE f.is_deleted = 0"
)
# Of what runs of a dataset said before, the one that came last: by its place in the log, which
# an index has. Whoever wants to know exactly asks for the whole history.
_SCHEMA: Final = "JOIN facet_name n ON n.id = f.facet_name_id AND n.display = 'schema'"
_BEFORE: Final = (
    "SELECT d.id, (SELECT s.facet FROM (SELECT io.run_id, coalesce((SELECT f.facet_id"
    f" FROM facet_set_member f {_SCHEMA} WHERE f.set_id = io.facet_set_id AND f.is_deleted = 0"
    " AND io.key < {bound}), (SELECT f.facet_id"
    f" FROM io_facet f {_SCHEMA} WHERE f.run_id = io.run_id AND f.dataset_id = io.dataset_id"
    " AND f.direction = 1 AND f.part = 0 AND f.is_deleted = 0 AND f.key < {bound})) AS facet"
    " FROM run_io io WHERE io.dataset_id = d.id AND io.direction = 1) s WHERE s.facet IS NOT NULL"
    " ORDER BY s.run_id DESC LIMIT 1) FROM dataset d WHERE d.id IN ({{keys}})"
)
_BODIES: Final = "SELECT id, body FROM facet WHERE id IN ({keys})"


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidOfDataset:
    """A facet that a run said of a dataset that it read or wrote."""

    run: int
    dataset: int
    direction: Direction
    facet: int


class Recent:
    """Reads the latest of everything; every answer has a bound that its caller sets."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def decided_since(self, since: Moment, *, most: int) -> list[int]:
        """Return the runs that were decided since, the latest first."""
        sql = f"SELECT id {_DECIDED} ORDER BY decided_key DESC LIMIT :most"
        rows = rows_of(self._connection, sql, first=_first(since), most=most)
        return [int(key) for (key,) in rows]

    def count_since(self, since: Moment, *, most: int) -> int:
        """Count the runs that were decided since, up to a bound."""
        sql = f"SELECT count(*) FROM (SELECT 1 {_DECIDED} LIMIT :most) x"
        return int(rows_of(self._connection, sql, first=_first(since), most=most)[0][0])

    def in_state(self, state: RunState, since: Moment | None, *, most: int) -> list[int]:
        """Return the runs in a state other than completed, decided since; the latest first."""
        sql = f"SELECT id {_IN_STATE}"
        values: dict[str, object] = {"state": STATES.index(state), "most": most}
        if since is not None:
            sql += " AND decided_key >= :first"
            values["first"] = _first(since)
        sql += " ORDER BY decided_key DESC LIMIT :most"
        return [int(key) for (key,) in rows_of(self._connection, sql, **values)]

    def came(self, kind: Kind, since: Moment, *, most: int) -> list[int]:
        """Return what was first seen since, among the `most` that came last."""
        sql = _CAME.format(kind=kind)
        rows = rows_of(self._connection, sql, since=_microseconds(since), most=most)
        return [int(key) for (key,) in rows]

    def went(self, kind: Kind, sequence: int, *, most: int) -> list[int]:
        """Return what is hidden by a command after a sequence of the log."""
        rows = rows_of(self._connection, _WENT.format(kind=kind), sequence=sequence, most=most)
        return [int(key) for (key,) in rows]

    def older_jobs(self, since: Moment, *, most: int) -> list[int]:
        """Return jobs that were known before and did something since, the latest first."""
        rows = rows_of(self._connection, _JOBS, since=_microseconds(since), most=most)
        return [int(key) for (key,) in rows]

    def said(self, runs: Iterable[int], name: str) -> list[SaidOfDataset]:
        """Return what runs said of their datasets in facets of a standard name."""
        assert name.isalpha()
        rows = rows_in(self._connection, _SAID.format(name=name), runs)
        return [
            SaidOfDataset(
                run=run,
                dataset=dataset,
                direction="output" if direction else "input",
                facet=facet,
            )
            for run, dataset, direction, facet in rows
        ]

    def schemas_before(self, datasets: Iterable[int], since: Moment) -> dict[int, int]:
        """Return the facet that was a dataset's last schema before a time, where it had one."""
        first = _first(since).hex()
        is_sqlite = self._connection.dialect.name == "sqlite"
        bound = f"x'{first}'" if is_sqlite else f"'\\x{first}'::bytea"
        rows = rows_in(self._connection, _BEFORE.format(bound=bound), datasets)
        return {dataset: facet for dataset, facet in rows if facet is not None}

    def bodies(self, facets: Iterable[int]) -> dict[int, bytes]:
        """Return the bodies of facets."""
        rows = rows_in(self._connection, _BODIES, facets)
        return {key: FACET.unpack(bytes(body)) for key, body in rows}


def _first(since: Moment) -> bytes:
    return bound_of(since, is_upper=False)


def _microseconds(moment: Moment) -> int:
    return moment.seconds * 1_000_000 + moment.nanoseconds // 1_000
