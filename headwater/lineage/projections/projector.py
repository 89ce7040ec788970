"""One event to the rows that it means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from headwater.database.session import Session
from headwater.lineage import tables
from headwater.lineage.lww import is_plausible, key_of
from headwater.lineage.projections.documents import Documents
from headwater.lineage.projections.entity_facets import EntityFacets
from headwater.lineage.projections.facet_bodies import (
    COLUMN_LINEAGE,
    LINEAGE,
    FacetBodies,
    Spreading,
)
from headwater.lineage.projections.facet_sets import EMPTY, FacetRow, FacetSets, Said
from headwater.lineage.projections.identities import Identities
from headwater.lineage.projections.io_hashes import IoHashes
from headwater.lineage.projections.notes import Notes
from headwater.lineage.projections.rows import Rows
from headwater.lineage.projections.run_drafts import Draft
from headwater.lineage.projections.runs import HAS_ERROR, HAS_STATISTICS, STANDS_ALONE, Runs
from headwater.wire.openlineage.event import DatasetReference, Event, Facet, Facets
from headwater.wire.openlineage.facets import (
    OWN_JOB,
    has_error,
    is_deleted,
    parent_of,
    stands_alone,
)
from headwater.wire.openlineage.recent import Recent
from headwater.wire.openlineage.run_ids import parent_run_uuid

INPUT: Final = 0
OUTPUT: Final = 1
_PLANS: Final = 6_000


class _Telling:
    """What every row of one event shares."""

    __slots__ = ("draft", "job", "key", "run", "seq", "us")

    def __init__(self, *, seq: int, key: bytes, us: int | None, job: int) -> None:
        self.seq = seq
        self.key = key
        self.us = us
        self.job = job
        self.run = 0
        self.draft: Draft


class _RunPlan:
    """What the facets of a run come to."""

    __slots__ = ("flags", "has_parent", "said")

    def __init__(self, said: Said, *, flags: int, has_parent: bool) -> None:
        self.said = said
        self.flags = flags
        self.has_parent = has_parent


class _JobPlan:
    """What a job as an event names it comes to."""

    __slots__ = ("epoch", "flags", "id", "lineage", "place", "said")

    def __init__(self, place: tuple[int, int], said: Said, *, epoch: int) -> None:
        self.epoch = epoch
        self.place = place
        self.id = place[0]
        self.said = said
        self.flags = 0
        self.lineage: Facet | None = None


class _DatasetPlan:
    """What a dataset as an event names it, as an input or as an output, comes to.

    `place` is its id with that of its namespace, `said` is of an input or output of a run, `own`
    what of that counts for the dataset.
    """

    __slots__ = ("columns", "epoch", "flags", "id", "lineage", "own", "place", "said")

    def __init__(self, place: tuple[int, int], *, said: Said, own: Said, epoch: int) -> None:
        self.epoch = epoch
        self.place = place
        self.id = place[0]
        self.said = said
        self.own = own
        self.flags = 0
        self.columns = 0
        self.lineage: Facet | None = None


_NO_RUN_FACETS: Final = _RunPlan(EMPTY, flags=0, has_parent=False)


class Projector:
    """Turns events into rows; the caller flushes in the order names, rows, runs."""

    def __init__(self, facets: FacetBodies) -> None:
        self.sets = FacetSets()
        self.identities = Identities()
        self.rows = Rows()
        self.io_hashes = IoHashes()
        self.runs = Runs(self.sets, self.io_hashes)
        self.jobs = EntityFacets("job", self.sets)
        self.datasets = EntityFacets("dataset", self.sets)
        self._facets = facets
        self._run_plans: Recent[tuple[tuple[str, bytes], ...], _RunPlan] = Recent(_PLANS)
        self._epoch = 0
        self._make_rest()

    def forget(self) -> None:
        """Drop everything remembered, after a rollback or before a rebuild."""
        self.sets.forget()
        self.identities.forget()
        self.io_hashes.forget()
        self._run_plans.clear()
        self._epoch += 1
        self.rows = Rows()
        self._make_rest()
        self.forget_rows()

    def forget_rows(self) -> None:
        """Drop what is remembered of rows that others may have changed."""
        self.runs.forget()
        self.jobs.forget()
        self.datasets.forget()
        self.documents.forget()

    def _make_rest(self) -> None:
        self._spreading = Spreading(self.identities, self.rows)
        self.notes = Notes(self.identities, self.rows)
        self.documents = Documents(self.identities, self.rows, self.jobs, self.datasets)

    def learn(self, events: Sequence[Event]) -> None:
        """Look up at once whatever a batch names, so that no event asks on its own."""
        jobs: dict[tuple[str, str], None] = {}
        datasets: list[DatasetReference] = []
        facets: list[Facet] = []
        names: dict[str, None] = {}
        for event in events:
            maps: list[Facets] = []
            if event.run_facets:
                maps.append(event.run_facets)
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

    def project(self, event: Event, *, seq: int, received_us: int) -> tuple[int, int]:
        """Add the rows of an event; return the id of its run's row, and its flags."""
        key = key_of(event.time, event.type, event.hash, received_us=received_us)
        us = None
        if event.time is not None and is_plausible(event.time, received_us):
            us = event.time.microseconds
        run_plan = self._run_plan(event.run_facets)
        plan = None if event.job is None else self._job_plan(event, event.job)
        flags = run_plan.flags if plan is None else run_plan.flags | plan.flags
        job = 0 if plan is None else plan.id
        telling = _Telling(seq=seq, key=key, us=us, job=job)
        found = [
            (direction, self._dataset_plan_of(dataset, direction) or self._plan(dataset, direction))
            for direction, datasets in _datasets(event)
            for dataset in datasets
        ]
        for _, dataset in found:
            flags |= dataset.flags
        telling.run, telling.draft = self.runs.touch(event, job or None, key, flags)
        telling.draft.say(key, run_plan.said, EMPTY if plan is None else plan.said)
        if plan is not None:
            self._job(plan, telling)
            if run_plan.has_parent:
                self._parent(event, telling)
        for direction, dataset in found:
            self._dataset(dataset, direction, telling)
        return telling.run, flags

    def load(self, session: Session) -> None:
        """Look up what was said before of all that the batch tells of; sets must be written."""
        entities = ((self.jobs, "job"), (self.datasets, "dataset"))
        asked = [facets.question(self.identities.new_ids(kind)) for facets, kind in entities]
        jobs, datasets, *runs = session.ask(*asked, *self.runs.questions())
        sets = [*self.jobs.learn(jobs), *self.datasets.learn(datasets)]
        sets += self.runs.answered(session, *runs)
        self.sets.learn(session, sets)
        self.jobs.join()
        self.datasets.join()

    def flush_names(self, session: Session) -> None:
        """Write the rows of what is named."""
        told = {"job": self.jobs.columns, "dataset": self.datasets.columns}
        self.identities.flush(session, told)

    def flush(self, session: Session) -> None:
        """Write the other rows; those of what is named, and of the log, must be written."""
        self.rows.flush(session)
        self.jobs.flush(session)
        self.datasets.flush(session)
        self.runs.flush(session)

    def _job(self, plan: _JobPlan, telling: _Telling) -> None:
        self.identities.touch_at("job", plan.place, standing=2, us=telling.us, seq=telling.seq)
        self.jobs.tell(plan.id, 0, telling.key, plan.said)
        if plan.lineage is not None:
            self._lineage(plan.lineage, 0, telling)

    def _dataset(self, plan: _DatasetPlan, direction: int, telling: _Telling) -> None:
        id_, key, us = plan.id, telling.key, telling.us
        self.identities.touch_at("dataset", plan.place, standing=2, us=us, seq=telling.seq)
        telling.draft.name((id_, direction), key, plan.said, self.sets)
        if telling.job:
            self.rows.see(tables.JOB_EDGE, (telling.job, direction, id_), us)
        self.datasets.tell(id_, direction, key, plan.own)
        if plan.columns:
            use = (plan.columns, COLUMN_LINEAGE, id_, telling.job)
            self.rows.see(tables.LINEAGE_USE, use, us)
        if plan.lineage is not None:
            self._lineage(plan.lineage, id_, telling)

    def _run_plan_of(self, ident: tuple[tuple[str, bytes], ...]) -> _RunPlan | None:
        plan = self._run_plans.get(ident)
        if plan is None:
            return None
        fresh_from = plan.said.fresh_from
        return plan if not fresh_from or fresh_from == self.sets.fresh_from else None

    def _run_plan(self, facets: Facets) -> _RunPlan:
        if not facets:
            return _NO_RUN_FACETS
        ident = _ident(facets)
        plan = self._run_plan_of(ident)
        if plan is None:
            plan = _RunPlan(
                self.sets.said(self._facet_rows(facets)),
                flags=HAS_ERROR if has_error(facets) else 0,
                has_parent="parent" in facets or "parentRun" in facets,
            )
            self._run_plans.put(ident, plan)
        return plan

    def _job_plan_of(self, event: Event) -> _JobPlan | None:
        plan = None if event.job_part is None else event.job_part.plans[0]
        if not isinstance(plan, _JobPlan) or plan.epoch != self._epoch:
            return None
        fresh_from = plan.said.fresh_from
        return plan if not fresh_from or fresh_from == self.sets.fresh_from else None

    def _job_plan(self, event: Event, job: tuple[str, str]) -> _JobPlan:
        plan = self._job_plan_of(event)
        if plan is None:
            id_ = self.identities.job(*job)
            place = (id_, self.identities.namespace_of("job", id_))
            said = self.sets.said(self._facet_rows(event.job_facets))
            plan = _JobPlan(place, said, epoch=self._epoch)
            plan.flags = STANDS_ALONE if stands_alone(event.job_facets) else 0
            plan.lineage = event.job_facets.get("lineage")
            if event.job_part is not None:
                event.job_part.plans[0] = plan
        return plan

    def _dataset_plan_of(self, dataset: DatasetReference, direction: int) -> _DatasetPlan | None:
        plan = None if dataset.part is None else dataset.part.plans[direction]
        if not isinstance(plan, _DatasetPlan) or plan.epoch != self._epoch:
            return None
        fresh_from = plan.said.fresh_from
        return plan if not fresh_from or fresh_from == self.sets.fresh_from else None

    def _plan(self, dataset: DatasetReference, direction: int) -> _DatasetPlan:
        id_ = self.identities.dataset(dataset.namespace, dataset.name)
        self.io_hashes.learn(id_, dataset.namespace, dataset.name)
        rows = self._facet_rows(dataset.facets)
        own = said = self.sets.said(rows)
        if dataset.own_facets:
            said = self.sets.said(rows, self._facet_rows(dataset.own_facets))
        place = (id_, self.identities.namespace_of("dataset", id_))
        plan = _DatasetPlan(place, said=said, own=own, epoch=self._epoch)
        if "symlinks" in dataset.facets:
            facet = dataset.facets["symlinks"]
            self._spreading.symlinks(self._facets.id_of(facet), facet)
        if direction == OUTPUT:
            if "outputStatistics" in dataset.own_facets:
                plan.flags = HAS_STATISTICS
            facet_ = dataset.facets.get("columnLineage")
            if facet_ is not None:
                plan.columns = self._facets.id_of(facet_)
                self._spreading.column_lineage(plan.columns, facet_)
            plan.lineage = dataset.facets.get("lineage")
        if dataset.part is not None:
            dataset.part.plans[direction] = plan
        return plan

    def _facet_rows(self, facets: Facets) -> list[FacetRow]:
        name_id, id_of = self.identities.facet_name, self._facets.id_of
        return [
            (name_id(name), id_of(facet), int(is_deleted(facet))) for name, facet in facets.items()
        ]

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


def _datasets(event: Event) -> tuple[tuple[int, Sequence[DatasetReference]], ...]:
    """Return the datasets of an event by direction; that of a DatasetEvent counts as written."""
    if event.dataset is None:
        return ((INPUT, event.inputs), (OUTPUT, event.outputs))
    return ((OUTPUT, (event.dataset,)), (INPUT, event.inputs), (OUTPUT, event.outputs))


def _ident(facets: Facets) -> tuple[tuple[str, bytes], ...]:
    return tuple([(name, facet.hash) for name, facet in facets.items()])
