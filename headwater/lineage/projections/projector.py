"""One event to the rows that it means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from headwater.lineage import tables
from headwater.lineage.lww import is_plausible, key_of
from headwater.lineage.projections.documents import Documents
from headwater.lineage.projections.facet_bodies import (
    COLUMN_LINEAGE,
    LINEAGE,
    FacetBodies,
    Spreading,
)
from headwater.lineage.projections.identities import Identities
from headwater.lineage.projections.notes import Notes
from headwater.lineage.projections.rows import FacetRow, FacetRows, Rows
from headwater.lineage.projections.runs import Runs
from headwater.wire.openlineage.event import DatasetReference, Event, Facet, Facets
from headwater.wire.openlineage.facets import (
    OWN_JOB,
    is_deleted,
    parent_of,
)
from headwater.wire.openlineage.recent import Recent
from headwater.wire.openlineage.run_ids import parent_run_uuid

INPUT: Final = 0
OUTPUT: Final = 1
OWNER_RUN: Final = 0
OWNER_JOB: Final = 1
_PLANS: Final = 6_000


class _Telling:
    """What every row of one event shares."""

    __slots__ = ("job", "key", "run", "seq", "us")

    def __init__(self, *, seq: int, key: bytes, us: int | None, job: int, run: int) -> None:
        self.seq = seq
        self.key = key
        self.us = us
        self.job = job
        self.run = run


class _JobPlan:
    """What a job as an event names it comes to."""

    __slots__ = ("facets", "id", "lineage", "place")

    def __init__(self, place: tuple[int, int], facets: FacetRows, lineage: Facet | None) -> None:
        self.place = place
        self.id = place[0]
        self.facets = facets
        self.lineage = lineage


class _DatasetPlan:
    """What a dataset as an event names it, as an input or as an output, comes to.

    `place` is its id with that of its namespace, `all` are its facets as an input or output of a
    run, `own` those that count for the dataset.
    """

    __slots__ = ("all", "columns", "id", "lineage", "own", "place")

    def __init__(self, place: tuple[int, int]) -> None:
        self.place = place
        self.id = place[0]
        self.all: FacetRows = ()
        self.own: FacetRows = ()
        self.columns = 0
        self.lineage: Facet | None = None


class Projector:
    """Turns events into rows; the caller flushes in the order names, rows, runs."""

    def __init__(self, facets: FacetBodies) -> None:
        self.identities = Identities()
        self.rows = Rows()
        self.runs = Runs()
        self._facets = facets
        self._jobs: Recent[bytes, _JobPlan] = Recent(_PLANS)
        self._plans = tuple(Recent[bytes, _DatasetPlan](_PLANS) for _ in (INPUT, OUTPUT))
        self._spreading = Spreading(self.identities, self.rows)
        self.notes = Notes(self.identities, self.rows)
        self.documents = Documents(self.identities, self.rows)

    def forget(self) -> None:
        """Drop everything remembered, after a rollback or before a rebuild."""
        self.identities.forget()
        self._jobs.clear()
        for plans in self._plans:
            plans.clear()
        self.rows = Rows()
        self.runs.forget()
        self._spreading = Spreading(self.identities, self.rows)
        self.notes = Notes(self.identities, self.rows)
        self.documents = Documents(self.identities, self.rows)

    def learn(self, events: Sequence[Event]) -> None:
        """Look up at once whatever a batch names, so that no event asks on its own."""
        jobs: dict[tuple[str, str], None] = {}
        datasets: list[DatasetReference] = []
        facets: list[Facet] = []
        names: dict[str, None] = {}
        for event in events:
            maps = [event.run_facets]
            if event.job is not None and self._job_plan_of(event) is None:
                jobs[event.job] = None
                maps.append(event.job_facets)
            for direction, found in _datasets(event):
                for dataset in found:
                    if self._dataset_plan_of(dataset, direction) is None:
                        datasets.append(dataset)
                        maps += (dataset.facets, dataset.own_facets)
            for map_ in maps:
                names.update(dict.fromkeys(map_))
                facets.extend(map_.values())
        self.identities.learn("job", jobs)
        self.identities.learn("dataset", dict.fromkeys((d.namespace, d.name) for d in datasets))
        self.identities.learn_facet_names(names)
        self._facets.learn(facets)
        self.runs.learn(events)

    def project(self, event: Event, *, seq: int, received_us: int) -> int:
        """Add the rows of an event and return the id of its run's row."""
        key = key_of(event.time, event.type, event.hash, received_us=received_us)
        us = None
        if event.time is not None and is_plausible(event.time, received_us):
            us = event.time.microseconds
        plan = None if event.job is None else self._job_plan(event, event.job)
        job = 0 if plan is None else plan.id
        run = self.runs.touch(event, job or None, key)
        telling = _Telling(seq=seq, key=key, us=us, job=job, run=run)
        if plan is not None:
            self._job(event, plan, telling)
        for direction, datasets in _datasets(event):
            for dataset in datasets:
                self._dataset(dataset, direction, telling)
        return run

    def _job(self, event: Event, plan: _JobPlan, telling: _Telling) -> None:
        self.identities.touch_at("job", plan.place, standing=2, us=telling.us, seq=telling.seq)
        rows, key = self.rows, telling.key
        if event.run_facets:
            facets = self._facet_rows(event.run_facets)
            rows.tell(tables.RUN_FACET, (telling.run, OWNER_RUN), key, facets)
        rows.tell(tables.RUN_FACET, (telling.run, OWNER_JOB), key, plan.facets)
        rows.tell(tables.JOB_FACET, (plan.id,), key, plan.facets)
        if plan.lineage is not None:
            self._lineage(plan.lineage, 0, telling)
        if event.run_facets:
            self._parent(event, telling)

    def _dataset(self, dataset: DatasetReference, direction: int, telling: _Telling) -> None:
        plan = self._dataset_plan_of(dataset, direction) or self._plan(dataset, direction)
        id_, run, key, us = plan.id, telling.run, telling.key, telling.us
        rows = self.rows
        self.identities.touch_at("dataset", plan.place, standing=2, us=us, seq=telling.seq)
        rows.write(tables.RUN_IO, (run, id_, direction), key)
        if telling.job:
            rows.see(tables.JOB_EDGE, (telling.job, direction, id_), us)
        rows.tell(tables.IO_FACET, (run, id_, direction), key, plan.all)
        rows.tell(tables.DATASET_FACET, (id_,), key, plan.own)
        if plan.columns:
            rows.see(tables.LINEAGE_USE, (plan.columns, COLUMN_LINEAGE, id_, telling.job), us)
        if plan.lineage is not None:
            self._lineage(plan.lineage, id_, telling)

    def _job_plan_of(self, event: Event) -> _JobPlan | None:
        return None if event.job_part is None else self._jobs.get(event.job_part.hashed)

    def _job_plan(self, event: Event, job: tuple[str, str]) -> _JobPlan:
        plan = self._job_plan_of(event)
        if plan is None:
            facets = self._facet_rows(event.job_facets)
            id_ = self.identities.job(*job)
            place = (id_, self.identities.namespace_of("job", id_))
            plan = _JobPlan(place, facets, event.job_facets.get("lineage"))
            if event.job_part is not None:
                self._jobs.put(event.job_part.hashed, plan)
        return plan

    def _dataset_plan_of(self, dataset: DatasetReference, direction: int) -> _DatasetPlan | None:
        return None if dataset.part is None else self._plans[direction].get(dataset.part.hashed)

    def _plan(self, dataset: DatasetReference, direction: int) -> _DatasetPlan:
        id_ = self.identities.dataset(dataset.namespace, dataset.name)
        plan = _DatasetPlan((id_, self.identities.namespace_of("dataset", id_)))
        own = self._facet_rows(dataset.facets)
        other = self._facet_rows(dataset.own_facets)
        plan.all = (
            *(((0, *end), rest) for end, rest in own),
            *(((1, *end), rest) for end, rest in other),
        )
        plan.own = tuple(((*end, direction), rest) for end, rest in own)
        if "symlinks" in dataset.facets:
            facet = dataset.facets["symlinks"]
            self._spreading.symlinks(self._facets.id_of(facet), facet)
        if direction == OUTPUT:
            facet_ = dataset.facets.get("columnLineage")
            if facet_ is not None:
                plan.columns = self._facets.id_of(facet_)
                self._spreading.column_lineage(plan.columns, facet_)
            plan.lineage = dataset.facets.get("lineage")
        if dataset.part is not None:
            self._plans[direction].put(dataset.part.hashed, plan)
        return plan

    def _facet_rows(self, facets: Facets) -> FacetRows:
        name_id, id_of = self.identities.facet_name, self._facets.id_of
        rows: list[FacetRow] = [
            ((name_id(name),), (id_of(facet), int(is_deleted(facet))))
            for name, facet in facets.items()
        ]
        rows.sort()
        return tuple(rows)

    def _parent(self, event: Event, telling: _Telling) -> None:
        parent = parent_of(event.run_facets)
        if parent is None:
            return
        job = self.identities.job(*parent.job)
        self._stub("job", job, telling)
        root_job = root_uuid = None
        if parent.root_job is not None and parent.root_run_id is not None:
            root_job = self.identities.job(*parent.root_job)
            root_uuid = parent_run_uuid(*parent.root_job, parent.root_run_id)
            self._stub("job", root_job, telling)
        parent_uuid = parent_run_uuid(*parent.job, parent.run_id)
        row = (telling.key, parent_uuid, job, root_uuid, root_job)
        self.rows.write(tables.RUN_PARENT, (telling.run,), *row)

    def _stub(self, table: str, id_: int, telling: _Telling) -> None:
        self.identities.touch(table, id_, standing=1, us=telling.us, seq=telling.seq)

    def _lineage(self, facet: Facet, owner: int, telling: _Telling) -> None:
        """Note an explicit `lineage` facet of a job (`owner` 0) or of a dataset."""
        facet_id = self._facets.id_of(facet)
        for edge in self._spreading.lineage(facet_id, facet):
            target = owner
            for name in (edge.output, edge.input):
                if name is not None:
                    self._stub("dataset", self.identities.dataset(*name), telling)
            for job in (edge.output_job, edge.input_job):
                if job is not None and job != OWN_JOB:
                    self._stub("job", self.identities.job(*job), telling)
            if edge.output is not None:
                target = self.identities.dataset(*edge.output)
            use = (facet_id, LINEAGE, target, telling.job)
            self.rows.see(tables.LINEAGE_USE, use, telling.us)


def _datasets(event: Event) -> Iterator[tuple[int, Sequence[DatasetReference]]]:
    """Yield the datasets of an event by direction; that of a DatasetEvent counts as written."""
    if event.dataset is not None:
        yield OUTPUT, (event.dataset,)
    yield INPUT, event.inputs
    yield OUTPUT, event.outputs
