"""Column edges as the runs that count now describe them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, bindparam, text

from headwater.lineage.reading.edges import Edges
from headwater.lineage.reading.rows import batches, hidden, listed, rows_in, to_bytes, to_text
from headwater.model.lineage import ColumnEdge, Field

_KINDS: Final = ("UNKNOWN", "DIRECT", "INDIRECT")
_PORTION: Final = 400

_SAID: Final = (
    "SELECT f.run_id, f.dataset_id, f.facet_id, n.name FROM io_facet f"
    " JOIN facet_name n ON n.id = f.facet_name_id WHERE f.run_id IN ({keys})"
    " AND f.direction = 1 AND f.part = 0 AND f.is_deleted = 0"
    " AND n.display IN ('columnLineage', 'lineage')"
)
_DECLARED: Final = (
    "SELECT f.dataset_id, f.facet_id, n.name FROM dataset_facet f"
    " JOIN facet_name n ON n.id = f.facet_name_id JOIN lineage_use u ON u.facet_id = f.facet_id"
    " AND u.dataset_id = f.dataset_id AND u.job_id = 0 WHERE f.dataset_id IN ({keys})"
    " AND f.role = 1 AND f.is_deleted = 0 AND n.display IN ('columnLineage', 'lineage')"
)
_INTO: Final = (
    "SELECT DISTINCT facet_id, out_dataset_id, out_field, in_dataset_id, in_field, kind, subtype,"
    " masking FROM facet_edge WHERE facet_id IN ({facets}) AND out_dataset_id IN ({datasets})"
    " AND out_field IN :fields AND in_dataset_id <> 0"
)
_OUT_OF: Final = (
    "SELECT DISTINCT facet_id, out_dataset_id, out_field, in_dataset_id, in_field, kind, subtype,"
    " masking FROM facet_edge WHERE in_dataset_id IN ({datasets}) AND in_field IN :fields"
)
_USERS: Final = "SELECT facet_id, dataset_id FROM lineage_use WHERE facet_id IN ({keys})"
_VISIBLE: Final = (
    "SELECT d.id FROM dataset d JOIN namespace n ON n.id = d.namespace_id"
    " WHERE d.id IN ({keys}) AND NOT " + hidden("d")
)
_FIELDS: Final = (
    "SELECT DISTINCT out_field FROM facet_edge WHERE facet_id IN ({keys})"
    " AND out_dataset_id IN (0, {dataset}) AND out_field <> x''"
)


@dataclass(frozen=True, slots=True)
class _Statement:
    """A facet body that counts now for what `job` (None: a DatasetEvent) makes of a dataset."""

    dataset: int
    job: int | None
    facet: int


class Columns:
    """Reads column edges by field, upwards and downwards."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def into(self, fields: Iterable[Field]) -> set[ColumnEdge]:
        """Return what these columns are made of, and what their datasets as a whole depend on."""
        wanted = set(fields)
        datasets = {field.dataset for field in wanted}
        statements = self._current(datasets)
        sql = _INTO.replace("{datasets}", listed({0, *datasets}))
        names = {to_bytes(field.column) for field in wanted} | {b""}
        rows = [
            row
            for batch in batches(s.facet for s in statements)
            for row in self._rows(sql.replace("{facets}", listed(batch)), names)
        ]
        asked = wanted | {Field(dataset, "") for dataset in datasets}
        return {edge for edge in self._edges(rows, statements) if edge.output in asked}

    def out_of(self, fields: Iterable[Field]) -> set[ColumnEdge]:
        """Return what is made of these columns; an output without a name is a whole dataset."""
        wanted = set(fields)
        names = {to_bytes(field.column) for field in wanted}
        rows = [
            row
            for batch in batches(field.dataset for field in wanted)
            for row in self._rows(_OUT_OF.replace("{datasets}", listed(batch)), names)
        ]
        facets = {row[0] for row in rows}
        users = {dataset for _, dataset in rows_in(self._connection, _USERS, facets)}
        visible = {key for (key,) in rows_in(self._connection, _VISIBLE, users)}
        found = self._edges(rows, self._current(visible))
        return {edge for edge in found if edge.input in wanted}

    def described(self, dataset: int) -> list[str]:
        """Return the columns of a dataset that the lineage of its writers names, sorted."""
        facets = {s.facet for s in self._current({dataset})}
        sql = _FIELDS.replace("{dataset}", str(int(dataset)))
        return sorted(to_text(name) for (name,) in rows_in(self._connection, sql, facets))

    def describers(self, datasets: Iterable[int]) -> set[tuple[int, int]]:
        """Return (job, dataset) where the job says now which columns the dataset is made of."""
        found = self._current(set(datasets))
        return {(s.job, s.dataset) for s in found if s.job is not None}

    def written_by(self, job: int) -> set[int]:
        """Return the datasets that a job writes now."""
        return {edge.dataset for edge in Edges(self._connection).of_jobs([job], "output")}

    def _current(self, datasets: set[int]) -> set[_Statement]:
        """Return the bodies that count: of a run's `lineage` and `columnLineage`, the first."""
        uses = Edges(self._connection).uses_of_datasets(datasets, "output")
        jobs = {(use.run, use.dataset): use.job for use in uses}
        said: defaultdict[tuple[int, int], dict[str, int]] = defaultdict(dict)
        for run, dataset, facet, name in rows_in(self._connection, _SAID, {u.run for u in uses}):
            if (run, dataset) in jobs:
                said[run, dataset][to_text(name)] = facet
        found = {
            _Statement(pair[1], jobs[pair], bodies.get("lineage", bodies.get("columnLineage", 0)))
            for pair, bodies in said.items()
        }
        for dataset, facet, _ in rows_in(self._connection, _DECLARED, datasets):
            found.add(_Statement(dataset, None, facet))
        return found

    def _rows(self, sql: str, names: set[bytes]) -> list[Any]:
        statement = text(sql).bindparams(bindparam("fields", expanding=True))
        ordered = sorted(names)
        rows: list[Any] = []
        for start in range(0, len(ordered), _PORTION):
            portion = ordered[start : start + _PORTION]
            rows += self._connection.execute(statement, {"fields": portion})
        return rows

    def _edges(self, rows: Iterable[Any], statements: set[_Statement]) -> set[ColumnEdge]:
        by_facet: defaultdict[int, list[_Statement]] = defaultdict(list)
        for statement in statements:
            by_facet[statement.facet].append(statement)
        edges: set[ColumnEdge] = set()
        for facet, out, out_field, source, in_field, kind, subtype, masking in rows:
            for statement in by_facet.get(facet, ()):
                if out not in (0, statement.dataset):
                    continue
                edges.add(
                    ColumnEdge(
                        output=Field(statement.dataset, to_text(out_field)),
                        input=Field(source, to_text(in_field)),
                        job=statement.job,
                        kind=_KINDS[kind],
                        subtype=subtype or None,
                        is_masked=bool(masking),
                    )
                )
        return edges
