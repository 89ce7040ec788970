"""Pages of runs, the newest first, by the state that is shown: that of a run and its children."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from headwater.errors import Invalid
from headwater.lineage.lww import key_of
from headwater.lineage.reading.families import WORST, Decided, Families
from headwater.lineage.reading.name_parts import NameParts
from headwater.lineage.reading.rows import rows_in, rows_of
from headwater.lineage.reading.runs import STATES
from headwater.model.lineage import Moment, RunState
from headwater.wire.openlineage.event import EventType
from headwater.wire.openlineage.times import EventTime

_FEW: Final = 1_000
_BATCH: Final = 200
_KEY_BYTES: Final = 25
_COMPLETED: Final = STATES.index("COMPLETED")

_HAS_CHILDREN: Final = "EXISTS (SELECT 1 FROM run_parent p WHERE p.parent_uuid = r.uuid)"
# The words of the index `run_by_state`, so that it is used.
_UNUSUAL: Final = "kind = 0 AND state <> 2 AND state = :state"
_KEYS: Final = (
    "SELECT r.id, (SELECT j.display FROM job j WHERE j.id = r.job_id)"
    " FROM run r WHERE r.id IN ({keys}) AND r.kind = 0"
)
_RUNNING: Final = STATES.index("RUNNING")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFilter:
    """Which runs: of one job, of the jobs of a namespace or of all, in one state or in any.

    `words` are parts of the job's name in any case. Of a window are those that ended in it, and
    those under way that began before its end.
    """

    job: int | None = None
    namespace: int | None = None
    state: RunState | None = None
    since: Moment | None = None
    until: Moment | None = None
    words: tuple[str, ...] = ()

    @property
    def condition(self) -> str:
        """Return what a row of `run` has to be, as SQL to go on with; keys are integers."""
        if self.job is not None:
            return f" AND job_id = {self.job:d}"
        if self.namespace is not None:
            return f" AND job_id IN (SELECT id FROM job WHERE namespace_id = {self.namespace:d})"
        return ""

    def asked(self, parts: NameParts) -> tuple[str, dict[str, object]]:
        """Return what words and the window ask of a row of `run`, with their values."""
        named = parts.condition("job", self.words)
        sql, values = "", {**named.values}
        if named.sql:
            sql = f" AND r.job_id IN (SELECT x.id FROM job x WHERE 1 = 1{named.sql})"
        if self.since is not None:
            sql += f" AND (r.decided_key >= :since OR r.state = {_RUNNING})"
            values["since"] = _least_key(self.since)
        if self.until is not None:
            sql += " AND r.decided_key < :until"
            values["until"] = _least_key(self.until)
        return sql, values

    @property
    def is_of_all(self) -> bool:
        """Tell whether runs of any job are wanted."""
        return self.job is None and self.namespace is None and not self.words

    def has_words(self, job: str) -> bool:
        """Tell whether the name of a job has all of the words."""
        return all(word.lower() in job.lower() for word in self.words)

    def is_when(self, run: Decided) -> bool:
        """Tell whether a run is of the window."""
        if self.until is not None and run.key >= _least_key(self.until):
            return False
        if self.since is None or run.state == _RUNNING:
            return True
        return run.key >= _least_key(self.since)


@dataclass(frozen=True, slots=True)
class RunPage:
    """Keys of runs, and the cursor of the page after it; None when this is the last one."""

    keys: list[int]
    next: str | None


_Found = tuple[int, bytes]


class RunPages:
    """Pages by cursor cost the same wherever they are; by offset, what is skipped is read."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._families = Families(connection)
        self._parts = NameParts(connection)

    def page(
        self, wanted: RunFilter, *, limit: int, offset: int = 0, after: str | None = None
    ) -> RunPage:
        """Return a page; raises `Invalid` for a cursor that no page gave."""
        start = None if after is None else _key_of(after)
        if wanted.state is None:
            found = list(self._any(wanted, start, limit=limit + 1, offset=offset))
        else:
            found = []
            for one in self._shown(wanted, start):
                if offset:
                    offset -= 1
                    continue
                found.append(one)
                if len(found) > limit:
                    break
        page = found[:limit]
        more = len(found) > limit and page
        return RunPage([key for key, _ in page], _cursor_of(page[-1][1]) if more else None)

    def _any(
        self,
        wanted: RunFilter,
        start: bytes | None,
        *,
        limit: int,
        offset: int = 0,
        where: str = "",
    ) -> Iterator[_Found]:
        sql = f"SELECT r.id, r.decided_key FROM run r WHERE r.kind = 0{where}{wanted.condition}"
        asked, values = wanted.asked(self._parts)
        sql += asked
        values |= {"limit": limit, "offset": offset}
        if start is not None:
            sql += " AND r.decided_key < :start"
            values["start"] = start
        if wanted.state is not None:
            values["state"] = STATES.index(wanted.state)
        sql += " ORDER BY r.decided_key DESC LIMIT :limit OFFSET :offset"
        for key, decided in rows_of(self._connection, sql, **values):
            yield key, bytes(decided)

    def _shown(self, wanted: RunFilter, start: bytes | None) -> Iterator[_Found]:
        """Yield the runs that are shown in a state: it is their own, or they have children."""
        assert wanted.state is not None
        own = self.few_in(wanted.state)
        if own is not None:
            yield from self._among(own, wanted, start)
            return
        where = f" AND (r.state = :state OR {_HAS_CHILDREN})"
        while batch := list(self._any(wanted, start, limit=_BATCH, where=where)):
            yield from self._in_state(batch, wanted)
            start = batch[-1][1]

    def few_in(self, state: RunState) -> dict[int, Decided] | None:
        """Return all runs whose own state is this one, None where there are many."""
        code = STATES.index(state)
        if code == _COMPLETED:
            return None
        sql = f"SELECT id, decided_key FROM run WHERE {_UNUSUAL} LIMIT :limit"
        rows = rows_of(self._connection, sql, state=code, limit=_FEW + 1)
        if len(rows) > _FEW:
            return None
        return {key: Decided(bytes(decided), code) for key, decided in rows}

    def _among(
        self, own: Mapping[int, Decided], wanted: RunFilter, start: bytes | None
    ) -> Iterator[_Found]:
        """Yield of some runs and all that are above them those that are shown in the state."""
        known = {**self._families.ancestors_of_runs(own), **own}
        fitting = known.keys() if wanted.is_of_all else self._of_jobs(known, wanted)
        rows = [(key, known[key].key) for key in fitting if wanted.is_when(known[key])]
        rows = [row for row in rows if start is None or row[1] < start]
        rows.sort(key=lambda row: row[1], reverse=True)
        for at in range(0, len(rows), _BATCH):
            yield from self._in_state(rows[at : at + _BATCH], wanted, own)

    def _of_jobs(self, keys: Iterable[int], wanted: RunFilter) -> set[int]:
        """Return those of these runs that are of the jobs wanted."""
        found = rows_in(self._connection, _KEYS + wanted.condition, keys)
        return {key for key, job in found if wanted.has_words(job)}

    def _in_state(
        self, found: Iterable[_Found], wanted: RunFilter, own: Collection[int] = ()
    ) -> Iterator[_Found]:
        """Yield the runs that are shown in the state, which `own` are in themselves."""
        held = list(found)
        sure = own if wanted.state == WORST else ()
        states = self._families.effective_states(key for key, _ in held if key not in sure)
        return (one for one in held if states.get(one[0], WORST) == wanted.state)


def _least_key(moment: Moment) -> bytes:
    """Return the least key of a plausible event of this time."""
    time = EventTime(seconds=moment.seconds, nanoseconds=moment.nanoseconds, text="")
    return key_of(time, EventType.START, b"", received_us=moment.seconds * 1_000_000)


def _cursor_of(key: bytes) -> str:
    return base64.urlsafe_b64encode(key).rstrip(b"=").decode()


def _key_of(cursor: str) -> bytes:
    try:
        key = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != _KEY_BYTES:
        raise Invalid(
            f"after={cursor!r} is no cursor", hint="give the `next` of the page before, as it is"
        )
    return key
