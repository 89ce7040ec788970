"""One event to the rows that it means."""

from __future__ import annotations

from typing import Final

from headwater.lineage import tables
from headwater.lineage.lww import is_plausible, key_of
from headwater.lineage.projections.facet_bodies import (
    COLUMN_LINEAGE,
    LINEAGE,
    FacetBodies,
    Spreading,
)
from headwater.lineage.projections.identities import Identities
from headwater.lineage.projections.notes import Notes
from headwater.lineage.projections.rows import Rows
from headwater.lineage.projections.runs import Runs
from headwater.wire.openlineage.event import DatasetReference, Event, Facet
from headwater.wire.openlineage.facets import (
    OWN_JOB,
    is_deleted,
    parent_of,
)
from headwater.wire.openlineage.run_ids import parent_run_uuid

INPUT: Final = 0
OUTPUT: Final = 1
OWNER_RUN: Final = 0
OWNER_JOB: Final = 1


class _Telling:
    """What every row of one event shares."""

    __slots__ = ("job", "key", "run", "seq", "us")

    def __init__(self, *, seq: int, key: bytes, us: int | None, job: int, run: int) -> None:
        self.seq = seq
        self.key = key
        self.us = us
        self.job = job
        self.run = run


class Projector:
    """Turns events into rows; the caller flushes in the order names, rows, runs."""

    def __init__(self, facets: FacetBodies) -> None:
        self.identities = Identities()
        self.rows = Rows()
        self.runs = Runs()
        self._facets = facets
        self._spreading = Spreading(self.identities, self.rows)
        self.notes = Notes(self.identities, self.rows)

    def forget(self) -> None:
        """Drop everything remembered, after a rollback or before a rebuild."""
        self.identities.forget()
        self.rows = Rows()
        self.runs.forget()
        self._spreading = Spreading(self.identities, self.rows)
        self.notes = Notes(self.identities, self.rows)

    def project(self, event: Event, *, seq: int, received_us: int) -> int:
        """Add the rows of an event and return the id of its run's row."""
        key = key_of(event.time, event.type, event.hash, received_us=received_us)
        us = None
        if event.time is not None and is_plausible(event.time, received_us):
            us = event.time.microseconds
        job = 0 if event.job is None else self.identities.job(*event.job)
        run = self.runs.touch(event, job or None, key)
        telling = _Telling(seq=seq, key=key, us=us, job=job, run=run)
        if job:
            self.identities.touch("job", job, standing=2, us=us, seq=seq)
            self._job(event, telling)
        if event.dataset is not None:
            self._dataset(event.dataset, OUTPUT, telling)
        for direction, datasets in ((INPUT, event.inputs), (OUTPUT, event.outputs)):
            for dataset in datasets:
                self._dataset(dataset, direction, telling)
        return run

    def _job(self, event: Event, telling: _Telling) -> None:
        for owner, facets in ((OWNER_RUN, event.run_facets), (OWNER_JOB, event.job_facets)):
            for name, facet in facets.items():
                name_id = self.identities.facet_name(name)
                row = (telling.key, self._facets.id_of(facet), int(is_deleted(facet)))
                self.rows.write(tables.RUN_FACET, (telling.run, owner, name_id), *row)
                if owner == OWNER_JOB:
                    self.rows.write(tables.JOB_FACET, (telling.job, name_id), *row)
        if "lineage" in event.job_facets:
            self._lineage(event.job_facets["lineage"], 0, telling)
        self._parent(event, telling)

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

    def _dataset(self, dataset: DatasetReference, direction: int, telling: _Telling) -> None:
        id_ = self.identities.dataset(dataset.namespace, dataset.name)
        self.identities.touch("dataset", id_, standing=2, us=telling.us, seq=telling.seq)
        self.rows.write(tables.RUN_IO, (telling.run, id_, direction), telling.key)
        if telling.job:
            self.rows.see(tables.JOB_EDGE, (telling.job, direction, id_), telling.us)
        for part, facets in ((0, dataset.facets), (1, dataset.own_facets)):
            for name, facet in facets.items():
                name_id = self.identities.facet_name(name)
                facet_id = self._facets.id_of(facet)
                row = (telling.key, facet_id, int(is_deleted(facet)))
                ident = (telling.run, id_, direction, part, name_id)
                self.rows.write(tables.IO_FACET, ident, *row)
                if part == 0:
                    self.rows.write(tables.DATASET_FACET, (id_, name_id, direction), *row)
                    self._meaning(name, facet, facet_id, where=(id_, direction), telling=telling)

    def _meaning(
        self, name: str, facet: Facet, facet_id: int, *, where: tuple[int, int], telling: _Telling
    ) -> None:
        dataset, direction = where
        if name == "symlinks":
            self._spreading.symlinks(facet_id, facet)
        elif name == "columnLineage" and direction == OUTPUT:
            self._spreading.column_lineage(facet_id, facet)
            use = (facet_id, COLUMN_LINEAGE, dataset, telling.job)
            self.rows.see(tables.LINEAGE_USE, use, telling.us)
        elif name == "lineage" and direction == OUTPUT:
            self._lineage(facet, dataset, telling)

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
