"""What jobs and datasets say of themselves, as little of it as a node of a graph shows."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final, Literal, NamedTuple

from sqlalchemy import Connection

from headwater.lineage.reading.datasets import Datasets
from headwater.lineage.reading.facets import FacetReads
from headwater.lineage.reading.notes import Notes
from headwater.lineage.reading.rows import moment_or_zero, rows_in
from headwater.model.lineage import Facets, Moment, Note

_TIMES: Final = "SELECT id, first_us, last_us FROM {kind} WHERE id IN ({{keys}})"
_EVER_WROTE: Final = (
    "SELECT f.dataset_id FROM dataset_facet f WHERE f.dataset_id IN ({{keys}}) AND f.role = 1"
    " AND f.facet_name_id IN (SELECT id FROM facet_name WHERE display = '{facet}')"
)


class NodeFacts(NamedTuple):
    """What a job or a dataset says of itself; `facets` holds those that were asked for."""

    created_at: Moment
    updated_at: Moment
    facets: Facets
    notes: tuple[Note, ...]


class NodeReads:
    """Reads facts of many jobs or datasets, a few statements for any number."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._facets = FacetReads(connection)
        self._notes = Notes(connection)

    def of(
        self, kind: Literal["dataset", "job"], keys: Iterable[int], *, only: Collection[str]
    ) -> dict[int, NodeFacts]:
        """Return the facts of jobs or datasets by key, with `only` these facets."""
        wanted = list(keys)
        of_kind = self._facets.of_jobs if kind == "job" else self._facets.of_datasets
        facets = of_kind(wanted, only=only)
        notes = self._notes.of(kind, wanted)
        return {
            key: NodeFacts(
                moment_or_zero(first),
                moment_or_zero(last),
                facets.get(key, {}),
                notes.get(key, ()),
            )
            for key, first, last in rows_in(self._connection, _TIMES.format(kind=kind), wanted)
        }

    def last_written(self, datasets: Iterable[int], facet: str) -> dict[int, Facets]:
        """Return of datasets one facet as the last write left it, if that write said it."""
        rows = rows_in(self._connection, _EVER_WROTE.format(facet=facet), datasets)
        wrote = {dataset for (dataset,) in rows}
        if not wrote:
            return {}
        last = Datasets(self._connection).last_writes(wrote)
        said = self._facets.of_io(last.values(), "output", is_own=True, only=(facet,))
        left = {dataset: said.get((run, dataset)) for dataset, run in last.items()}
        return {dataset: facets for dataset, facets in left.items() if facets is not None}
