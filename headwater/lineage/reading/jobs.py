"""Jobs with their current inputs and outputs, and the versions they went through."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import Connection

from headwater.lineage.reading.edges import Edges
from headwater.lineage.reading.facets import FacetReads
from headwater.lineage.reading.families import Families
from headwater.lineage.reading.listing import Listing
from headwater.lineage.reading.memory import Recall, Shelf
from headwater.lineage.reading.names import Names
from headwater.lineage.reading.notes import Notes
from headwater.lineage.reading.rows import moment_of_key, moment_or_zero, rows_in, rows_of
from headwater.lineage.reading.runs import STATES, Runs
from headwater.lineage.reading.versions import job_version
from headwater.model.lineage import Facets, Job, JobVersion, Name, RunState

_PARENTS: Final = Shelf[int | None]("parent", "job")
_TIMES: Final = "SELECT id, first_us, last_us FROM job WHERE id IN ({keys})"
_VERSIONED: Final = (
    "SELECT j.id, (SELECT r.id FROM run r WHERE r.job_id = j.id AND r.io_hash IS NOT NULL"
    " ORDER BY r.decided_key DESC, r.uuid DESC LIMIT 1) FROM job j WHERE j.id IN ({keys})"
)
_VERSIONS: Final = (
    "SELECT r.io_hash, max(r.decided_key), min(r.decided_key) FROM run r WHERE r.job_id = :job"
    " AND r.io_hash IS NOT NULL GROUP BY r.io_hash ORDER BY max(r.decided_key) DESC"
    " LIMIT :limit OFFSET :offset"
)
_LAST_STATE: Final = (
    " AND (SELECT r.state FROM run r WHERE r.job_id = x.id AND r.kind = 0"
    " ORDER BY r.decided_key DESC, r.uuid DESC LIMIT 1) IN ({states})"
)


class Jobs:
    """Reads jobs by key or by page."""

    def __init__(self, connection: Connection, recall: Recall, listing: Listing) -> None:
        self._connection = connection
        self._edges = Edges(connection, recall)
        self._families = Families(connection)
        self._listing = listing
        self._recall = recall
        self._names = Names(connection)
        self._runs = Runs(connection)

    def page(
        self, *, namespace: int | None, last_states: Iterable[RunState], limit: int, offset: int
    ) -> list[int]:
        """Return a page of jobs, of those in `last_states` if any are given."""
        codes = ",".join(str(STATES.index(state)) for state in last_states)
        condition = _LAST_STATE.replace("{states}", codes) if codes else ""
        return self._listing.page(
            "job", namespace=namespace, limit=limit, offset=offset, condition=condition
        )

    def by_keys(self, keys: Iterable[int], *, is_whole: bool = True) -> dict[int, Job]:
        """Return jobs by key, with what they read and write now.

        Without `is_whole` inputs, outputs and version stay empty.
        """
        wanted = list(keys)
        names = self._names.of("job", wanted)
        facets = FacetReads(self._connection).of_jobs(wanted)
        notes = Notes(self._connection).of("job", wanted)
        found = self.parents(wanted)
        parents = {job: parent for job, parent in found.items() if parent not in (None, job)}
        parent_names = self._names.of("job", (key for key in parents.values() if key is not None))
        whole = wanted if is_whole else []
        inputs = self._side(whole, "input")
        outputs = self._side(whole, "output")
        versions = self._current_versions(whole, names)
        return {
            key: Job(
                key=key,
                name=names[key],
                parent=parent_names.get(parents.get(key) or -1),
                created_at=moment_or_zero(first),
                updated_at=moment_or_zero(last),
                version=versions.get(key),
                facets=facets.get(key, {}),
                inputs=inputs.get(key, ()),
                outputs=outputs.get(key, ()),
                notes=notes.get(key, ()),
            )
            for key, first, last in rows_in(self._connection, _TIMES, wanted)
        }

    def parents(self, jobs: Iterable[int]) -> dict[int, int | None]:
        """Return the job that each of these names as its parent, None where it names none."""
        return self._recall.of(_PARENTS, jobs, self._families.direct_parents)

    def versions(self, job: int, *, limit: int, offset: int) -> list[JobVersion]:
        """Return the versions of a job, the one that ran last first."""
        name = self._names.of("job", [job])[job]
        values = {"job": job, "limit": limit, "offset": offset}
        rows = rows_of(self._connection, _VERSIONS, **values)
        sql = "SELECT id, kind FROM run WHERE job_id = :job AND decided_key = :key"
        latest = [rows_of(self._connection, sql, job=job, key=row[1])[0] for row in rows]
        sides = self._runs.io_names(run for run, _ in latest)
        runs = self._runs.by_keys(run for run, kind in latest if kind == 0)
        said = FacetReads(self._connection).of_jobs_in_runs(run for run, _ in latest)
        return [
            JobVersion(
                job=name,
                version=job_version(name, *sides[run]),
                created_at=moment_of_key(row[2]),
                location=location_of(said.get(run, {})),
                inputs=sides[run][0],
                outputs=sides[run][1],
                latest_run=runs.get(run),
            )
            for row, (run, _) in zip(rows, latest, strict=True)
        ]

    def _current_versions(self, keys: Iterable[int], names: dict[int, Name]) -> dict[int, str]:
        rows = [row for row in rows_in(self._connection, _VERSIONED, keys) if row[1] is not None]
        sides = self._runs.io_names(run for _, run in rows)
        return {job: job_version(names[job], *sides[run]) for job, run in rows}

    def _side(
        self, jobs: Iterable[int], direction: Literal["input", "output"]
    ) -> dict[int, tuple[Name, ...]]:
        edges = self._edges.of_jobs(jobs, direction)
        names = self._names.of("dataset", (edge.dataset for edge in edges))
        found: defaultdict[int, list[Name]] = defaultdict(list)
        for edge in edges:
            found[edge.job].append(names[edge.dataset])
        return {job: tuple(sorted(datasets)) for job, datasets in found.items()}


def location_of(facets: Facets) -> str | None:
    """Return where the code of a job is, if its `sourceCodeLocation` facet says so."""
    body = facets.get("sourceCodeLocation")
    if body is None:
        return None
    try:
        said: Any = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    url = said.get("url") if isinstance(said, dict) else None
    return url if isinstance(url, str) else None
