"""Column edges as the runs that count describe them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, bindparam, text

from headwater.lineage.reading.current import OUTPUT, Rows
from headwater.lineage.reading.edges import Edges, strongest
from headwater.lineage.reading.entities import Entities
from headwater.lineage.reading.explicit import Explicit
from headwater.lineage.reading.lens import NOW, Lens
from headwater.lineage.reading.memory import Recall, Shelf
from headwater.lineage.reading.rows import batches, listed, rows_in, to_bytes, to_text
from headwater.model.lineage import ColumnEdge, EdgeState, Field

_KINDS: Final = ("UNKNOWN", "DIRECT", "INDIRECT")
_PORTION: Final = 400
_SOURCES: Final = {"columnLineage": 0, "lineage": 1}

_ROWS: Final = (
    "SELECT facet_id, source, out_dataset_id, out_field, in_dataset_id, in_field, kind, subtype,"
    " masking FROM facet_edge WHERE "
)
_INTO: Final = (
    _ROWS + "facet_id IN ({facets}) AND source IN (0, 1) AND out_dataset_id IN ({datasets})"
    " AND out_field IN :fields AND in_dataset_id <> 0"
)
_OUT_OF: Final = _ROWS + "in_dataset_id IN ({datasets}) AND in_field IN :fields"
_WRITERS: Final = (
    "SELECT DISTINCT job_id, facet_id FROM lineage_use WHERE dataset_id IN ({keys}) AND source = 1"
)
_USERS: Final = (
    "SELECT DISTINCT job_id, facet_id, dataset_id FROM lineage_use WHERE facet_id IN ({keys})"
)
_CARRIERS: Final = "SELECT DISTINCT dataset_id FROM dataset_facet WHERE facet_id IN ({keys})"
_FIELDS: Final = (
    "SELECT DISTINCT facet_id, source, out_dataset_id, out_field FROM facet_edge"
    " WHERE facet_id IN ({keys})"
)


class _Statement(NamedTuple):
    """A facet body that counts for what `job` (None: a DatasetEvent) makes of a dataset.

    `dataset` carries the facet, 0 where it stands on the job.
    """

    facet: int
    source: int
    dataset: int
    job: int | None
    state: EdgeState


_OF_JOB: Final = Shelf[tuple[_Statement, ...]]("columns", "job")
_OF_DATASET: Final = Shelf[tuple[_Statement, ...]]("columns", "dataset")


class Columns:
    """Reads column edges by field, upwards and downwards."""

    def __init__(self, connection: Connection, recall: Recall, lens: Lens = NOW) -> None:
        self._connection = connection
        self._recall = recall
        self._edges = Edges(connection, recall, lens)
        self._entities = Entities(connection, recall, lens)
        self._explicit = Explicit(connection, recall, self._edges)

    def into(self, fields: Iterable[Field]) -> set[ColumnEdge]:
        """Return what these columns are made of, and what their datasets as a whole depend on."""
        wanted = set(fields)
        datasets = {field.dataset for field in wanted}
        statements = self._of_datasets(datasets)
        sql = _INTO.replace("{datasets}", listed({0, *datasets}))
        names = {to_bytes(field.column) for field in wanted} | {b""}
        rows = [
            row
            for batch in batches(s.facet for s in statements)
            for row in self._rows(sql.replace("{facets}", listed(batch)), names)
        ]
        asked = wanted | {Field(dataset, "") for dataset in datasets}
        return self._visible(e for e in _edges_of(rows, statements) if e.output in asked)

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
        users = list(rows_in(self._connection, _USERS, facets))
        statements = self._of_users((job, facet) for job, facet, _ in users)
        return self._visible(e for e in _edges_of(rows, statements) if e.input in wanted)

    def described(self, dataset: int) -> list[str]:
        """Return the columns of a dataset that the lineage of its writers names, sorted."""
        statements = {(s.facet, s.source): s for s in self._of_datasets({dataset})}
        rows = rows_in(self._connection, _FIELDS, {facet for facet, _ in statements})
        names = {
            bytes(field)
            for facet, source, out, field in rows
            if (facet, source) in statements and out in (0, dataset)
        }
        return sorted(to_text(name) for name in names if name)

    def describers(self, datasets: Iterable[int]) -> set[tuple[int, int]]:
        """Return (job, dataset) where the job says now which columns the dataset is made of."""
        wanted = set(datasets)
        found = self._of_datasets(wanted)
        return {(s.job, s.dataset) for s in found if s.job is not None and s.dataset in wanted}

    def written_by(self, job: int) -> set[int]:
        """Return the datasets that a job writes now."""
        return {edge.dataset for edge in self._edges.of_jobs([job], "output")}

    def _of_datasets(self, datasets: set[int]) -> list[_Statement]:
        """Return the bodies that count for what is made of these datasets."""
        around = self._edges.around(datasets)
        users = [(job, 0) for jobs in around.values() for job in jobs[OUTPUT]]
        users += rows_in(self._connection, _WRITERS, datasets)
        found = self._of_users(users)
        declared = self._recall.of(_OF_DATASET, datasets, self._load_declared)
        found += (statement for held in declared.values() for statement in held)
        return [s for s in dict.fromkeys(found) if s.source or s.dataset in datasets]

    def _of_users(self, users: Iterable[tuple[int, int]]) -> list[_Statement]:
        """Return what jobs say, and for job 0 those who carry the facet without a job."""
        held = set(users)
        jobs = self._entities.of("job", {job for job, _ in held if job})
        visible = {job for job, entity in jobs.items() if not entity.is_hidden}
        facets = {facet for job, facet in held if not job}
        carriers = {dataset for (dataset,) in rows_in(self._connection, _CARRIERS, facets)}
        said = self._recall.of(_OF_JOB, visible, self._load_said)
        declared = self._recall.of(_OF_DATASET, carriers, self._load_declared)
        return [one for listed_ in (*said.values(), *declared.values()) for one in listed_]

    def _load_said(self, jobs: Collection[int]) -> dict[int, tuple[_Statement, ...]]:
        """Return what jobs say: of a run's `lineage` and `columnLineage`, the first."""
        uses = {
            (use.run, use.dataset): use
            for held in self._edges.uses(jobs).values()
            for use in held.outputs
        }
        said: defaultdict[tuple[int, int], dict[int, int]] = defaultdict(dict)
        for run, dataset, facet, name in self._edges.speaking.said({run for run, _ in uses}):
            if (run, dataset) in uses:
                said[run, dataset][_SOURCES[name]] = facet
        found: dict[int, set[_Statement]] = {job: set() for job in jobs}
        explained = self._explicit.covered(jobs)
        for pair, bodies in said.items():
            use, source = uses[pair], max(bodies)
            if not source and use.dataset in explained.get(use.job, ()):
                continue
            statement = _Statement(bodies[source], source, use.dataset, use.job, use.state)
            found[use.job].add(statement)
        for one in self._explicit.on_jobs(jobs):
            assert one.job is not None
            found[one.job].add(_Statement(one.facet, 1, 0, one.job, one.state))
        return {job: tuple(statements) for job, statements in found.items()}

    def _load_declared(self, datasets: Collection[int]) -> dict[int, tuple[_Statement, ...]]:
        found: defaultdict[int, list[_Statement]] = defaultdict(list)
        for dataset, facet, name in self._edges.speaking.declared(datasets):
            found[dataset].append(_Statement(facet, _SOURCES[name], dataset, None, "current"))
        return {dataset: tuple(found.get(dataset, ())) for dataset in datasets}

    def _rows(self, sql: str, names: set[bytes]) -> list[Any]:
        statement = text(sql).bindparams(bindparam("fields", expanding=True))
        ordered = sorted(names)
        rows: list[Any] = []
        for start in range(0, len(ordered), _PORTION):
            portion = ordered[start : start + _PORTION]
            rows += self._connection.execute(statement, {"fields": portion})
        return rows

    def _visible(self, edges: Iterable[ColumnEdge]) -> set[ColumnEdge]:
        """Leave out what is made of, or makes, a hidden dataset."""
        found = list(edges)
        keys = {end.dataset for edge in found for end in (edge.output, edge.input)}
        ends = self._entities.of("dataset", keys)
        gone = {key for key, entity in ends.items() if entity.is_hidden}
        return {e for e in found if not gone & {e.output.dataset, e.input.dataset}}


def _edges_of(rows: Rows, statements: Iterable[_Statement]) -> list[ColumnEdge]:
    """Join what facets say with who says it; an edge has the strongest of its states."""
    by_facet: defaultdict[tuple[int, int], list[_Statement]] = defaultdict(list)
    for statement in statements:
        by_facet[statement.facet, statement.source].append(statement)
    states: dict[tuple[Any, ...], EdgeState] = {}
    for facet, source, out, out_field, into, in_field, kind, subtype, masking in rows:
        for statement in by_facet.get((facet, source), ()):
            output = out or statement.dataset
            if not output or (out and not source and out != statement.dataset):
                continue
            edge = (output, out_field, into, in_field, statement.job, kind, subtype, masking)
            states[edge] = strongest(states.get(edge, "failed"), statement.state)
    return [
        ColumnEdge(
            output=Field(output, to_text(out_field)),
            input=Field(into, to_text(in_field)),
            job=job,
            kind=_KINDS[kind],
            subtype=subtype or None,
            is_masked=bool(masking),
            state=state,
        )
        for (output, out_field, into, in_field, job, kind, subtype, masking), state in (
            states.items()
        )
    ]
