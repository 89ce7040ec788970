"""Pages of jobs, what changed last first: by words of names, by the state of the last run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from headwater.lineage.reading.families import Families
from headwater.lineage.reading.listing import Listed, Listing, Place
from headwater.lineage.reading.name_parts import NameParts
from headwater.lineage.reading.rows import listed, rows_in
from headwater.lineage.reading.run_pages import RunPages
from headwater.lineage.reading.runs import Runs
from headwater.model.lineage import RunState

_BATCH: Final = 200
_MOST_LOOKED_AT: Final = 5_000
_JOBS: Final = "SELECT id, job_id FROM run WHERE id IN ({keys}) AND job_id IS NOT NULL"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFilter:
    """Which jobs: of a namespace or of all, with all of the words in their names.

    `state` is that of the last run, the worst of its own and its children's.
    """

    namespace: int | None = None
    words: tuple[str, ...] = ()
    state: RunState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPage:
    """Keys of jobs; `next` is where the page after it begins, None when this is the last one.

    `is_cut` tells that looking ended before the page was full.
    """

    keys: Sequence[int]
    next: Place | None = None
    is_cut: bool = False


class JobPages:
    """Pages cost the same wherever they are; those by a state that is rare look at few jobs."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._listing = Listing(connection)
        self._parts = NameParts(connection)
        self._runs = Runs(connection)
        self._families = Families(connection)

    def page(self, wanted: JobFilter, *, limit: int, after: Place | None = None) -> JobPage:
        """Return the page behind a place, the first one without."""
        if wanted.state is None:
            return _page(self._behind(after, wanted, limit + 1), limit)
        condition = self._candidates(wanted.state)
        found: list[Listed] = []
        looked_at = 0
        while batch := self._behind(after, wanted, _BATCH, condition):
            found += self._in_state(batch, wanted.state)
            looked_at += len(batch)
            after = batch[-1].place
            if len(found) > limit or len(batch) < _BATCH:
                break
            if looked_at >= _MOST_LOOKED_AT:
                return JobPage(keys=[one.key for one in found], next=after, is_cut=True)
        return _page(found, limit)

    def _behind(
        self, after: Place | None, wanted: JobFilter, limit: int, condition: str = ""
    ) -> list[Listed]:
        """List jobs; words are sought in names without regard to case."""
        named = self._parts.condition("job", wanted.words)
        return self._listing.behind(
            after,
            "job",
            namespace=wanted.namespace,
            limit=limit,
            condition=condition + named.sql,
            values=named.values,
        )

    def _candidates(self, state: RunState) -> str:
        """Return a condition for jobs that have such a run at all, empty where most may have."""
        own = RunPages(self._connection).few_in(state)
        if own is None:
            return ""
        runs = own.keys() | self._families.ancestors_of_runs(own).keys()
        jobs = {job for _, job in rows_in(self._connection, _JOBS, runs)}
        return f" AND x.id IN ({listed(sorted(jobs))})" if jobs else " AND 1 = 0"

    def _in_state(self, batch: Sequence[Listed], state: RunState) -> list[Listed]:
        latest = self._runs.latest_keys((one.key for one in batch), 1)
        last = {job: keys[0] for job, keys in latest.items()}
        states = self._families.effective_states(last.values())
        return [one for one in batch if one.key in last and states[last[one.key]] == state]


def _page(found: Sequence[Listed], limit: int) -> JobPage:
    page = found[:limit]
    more = len(found) > limit and page
    return JobPage(keys=[one.key for one in page], next=page[-1].place if more else None)
