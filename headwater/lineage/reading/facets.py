"""Facets of runs, jobs and datasets, as bytes; a body that several share is read once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from sqlalchemy import Connection

from headwater.lineage.deflate import FACET
from headwater.lineage.reading.rows import rows_in, to_text
from headwater.lineage.reading.said import io_facets, run_facets
from headwater.model.lineage import Direction, Facets

_OF_RUN: Final = tuple(
    "SELECT f.run_id, f.facet_name_id, f.facet_id"
    f" FROM {run_facets('r.id IN ({keys})', owner=owner)} f WHERE f.is_deleted = 0"
    for owner in (0, 1)
)
_OF_JOB: Final = (
    "SELECT f.job_id, f.facet_name_id, f.facet_id FROM job_facet f"
    " WHERE f.job_id IN ({keys}) AND f.is_deleted = 0"
)
_OF_DATASET: Final = (
    "SELECT f.dataset_id, f.facet_name_id, f.facet_id, f.role, f.is_deleted FROM dataset_facet f"
    " WHERE f.dataset_id IN ({keys})"
)
_OF_IO: Final = (
    "SELECT f.run_id, f.dataset_id, f.facet_name_id, f.facet_id"
    f" FROM {io_facets('io.run_id IN ({keys}) AND io.direction = {direction}')} f"
    " WHERE f.part = {part} AND f.is_deleted = 0"
)
_OF_SET: Final = (
    "SELECT m.set_id, m.facet_name_id, m.facet_id FROM facet_set_member m"
    " WHERE m.set_id IN ({keys}) AND m.is_deleted = 0"
)
_OF_RUN_APART: Final = (
    "SELECT f.run_id, f.facet_name_id, f.facet_id FROM run_facet f"
    " WHERE f.run_id IN ({keys}) AND f.owner = 0 AND f.is_deleted = 0"
)
_OF_USES: Final = (
    "SELECT f.run_id, f.direction, f.dataset_id, f.facet_name_id, f.facet_id FROM io_facet f"
    " WHERE f.run_id IN ({keys}) AND f.part = 1 AND f.is_deleted = 0"
)

_OF_READS: Final = (
    "SELECT f.key, f.facet_name_id, f.facet_id FROM io_facet f WHERE f.run_id IN ({keys})"
    " AND f.dataset_id = {dataset} AND f.direction = 0 AND f.part = 1 AND f.is_deleted = 0"
)


Only = Collection[str] | None
"""Of which facets to read, None for all."""


class FacetReads:
    """Reads facets for many owners with three statements: who has which, names, bodies.

    `only` leaves out those of other names before their bodies are read.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_runs(self, runs: Iterable[int], *, only: Only = None) -> dict[int, Facets]:
        """Return the run facets of runs."""
        return self._gathered(rows_in(self._connection, _OF_RUN[0], runs), only)

    def of_sets(self, sets: Iterable[int]) -> dict[int, Facets]:
        """Return the facets that sets hold, which `run.run_set_id` and its like name."""
        return self._gathered(rows_in(self._connection, _OF_SET, sets))

    def of_runs_apart(self, runs: Iterable[int]) -> dict[int, Facets]:
        """Return the run facets of runs that stand by name, beside those in the run's set."""
        return self._gathered(rows_in(self._connection, _OF_RUN_APART, runs))

    def of_uses(self, runs: Iterable[int]) -> dict[tuple[int, int, int], Facets]:
        """Return by (run, direction, dataset) the input and output facets of runs."""
        rows = rows_in(self._connection, _OF_USES, runs)
        return self._gathered((tuple(row[:3]), *row[3:]) for row in rows)

    def of_jobs_in_runs(self, runs: Iterable[int]) -> dict[int, Facets]:
        """Return the job facets that each run itself sent."""
        return self._gathered(rows_in(self._connection, _OF_RUN[1], runs))

    def of_jobs(self, jobs: Iterable[int], *, only: Only = None) -> dict[int, Facets]:
        """Return the latest facets of jobs over all their runs."""
        return self._gathered(rows_in(self._connection, _OF_JOB, jobs), only)

    def of_datasets(self, datasets: Iterable[int], *, only: Only = None) -> dict[int, Facets]:
        """Return the latest facets of datasets; what readers say counts where nobody wrote."""
        said: dict[tuple[int, int], tuple[int, int]] = {}
        rows = rows_in(self._connection, _OF_DATASET, datasets)
        for dataset, name, body, role, is_deleted in rows:
            if role or (dataset, name) not in said:
                said[dataset, name] = (body, is_deleted)
        kept = ((*what, body) for what, (body, is_deleted) in said.items() if not is_deleted)
        return self._gathered(kept, only)

    def of_io(
        self, runs: Iterable[int], direction: Direction, *, is_own: bool, only: Only = None
    ) -> dict[tuple[int, int], Facets]:
        """Return by (run, dataset) the facets of inputs or outputs.

        `is_own` asks for the dataset's own facets, else for its input or output facets.
        """
        sql = _OF_IO.replace("{direction}", "0" if direction == "input" else "1")
        sql = sql.replace("{part}", "0" if is_own else "1")
        rows = rows_in(self._connection, sql, runs)
        owned = (((run, dataset), name, body) for run, dataset, name, body in rows)
        return self._gathered(owned, only)

    def of_reads(self, dataset: int, runs: Iterable[int]) -> Facets:
        """Return the latest input facets that these runs sent of a dataset."""
        rows = rows_in(self._connection, _OF_READS.replace("{dataset}", str(int(dataset))), runs)
        latest = sorted((bytes(key), name, body) for key, name, body in rows)
        kept = {name: body for _, name, body in latest}
        return self._gathered((dataset, *pair) for pair in kept.items()).get(dataset, {})

    def _gathered(self, rows: Iterable[Any], only: Only = None) -> dict[Any, Facets]:
        held = list(rows)
        if not held:
            return {}
        sql = "SELECT id, name FROM facet_name WHERE id IN ({keys})"
        keys = {name for _, name, _ in held}
        found = {key: to_text(name) for key, name in rows_in(self._connection, sql, keys)}
        if only is not None:
            found = {key: name for key, name in found.items() if name in only}
            held = [row for row in held if row[1] in found]
        bodies = self._bodies({body for _, _, body in held})
        rank = {key: place for place, key in enumerate(sorted(found, key=found.__getitem__))}
        held.sort(key=lambda row: rank[row[1]])
        gathered: defaultdict[Any, dict[str, bytes]] = defaultdict(dict)
        for owner, name, body in held:
            gathered[owner][found[name]] = bodies[body]
        return dict(gathered)

    def _bodies(self, facets: Iterable[int]) -> Mapping[int, bytes]:
        sql = "SELECT id, body FROM facet WHERE id IN ({keys})"
        rows = rows_in(self._connection, sql, facets)
        return {key: FACET.unpack(bytes(body)) for key, body in rows}
