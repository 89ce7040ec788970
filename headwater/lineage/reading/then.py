"""Which runs speak for a job through a lens that is not now, and what they say.

Events after the lens's times are left out. A run of which all events are left is as the store
keeps it; one that has some before and some after is made again from those before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection

from headwater.lineage.deflate import FACET
from headwater.lineage.lww import key_of
from headwater.lineage.projections.run_state import Mark, RunState, standing_of
from headwater.lineage.projections.runs import HAS_ERROR, HAS_STATISTICS, STANDS_ALONE
from headwater.lineage.reading.current import (
    EXPLICIT_SIDES,
    IO_SIDES,
    JobUses,
    Now,
    Rows,
    Side,
    Speaker,
    uses_of,
)
from headwater.lineage.reading.lens import Lens
from headwater.lineage.reading.named import named_in
from headwater.lineage.reading.past import bound_of
from headwater.lineage.reading.rows import rows_in, rows_of, to_bytes
from headwater.lineage.reading.runs import STATES
from headwater.lineage.reading.said import io_facets
from headwater.model import lineage as model
from headwater.model.lineage import EdgeState
from headwater.wire.openlineage.event import EventType
from headwater.wire.openlineage.times import EventTime

_OF_JOBS: Final = (
    "SELECT r.id, r.job_id, r.kind, r.uuid, r.state, r.first_key, r.last_key, r.decided_key"
    " FROM run r"
    " WHERE r.job_id IN ({keys})"
)
_SEQUENCES: Final = (
    "SELECT run_id, min(seq), max(seq) FROM event WHERE run_id IN ({keys}) GROUP BY run_id"
)
_EVENTS: Final = (
    "SELECT run_id, seq, type, flags, time_s, time_ns, hash, received_us, body FROM event"
    " WHERE run_id IN ({keys})"
)
_NAMES: Final = (
    "SELECT DISTINCT io.run_id, n.name, d.name, d.id FROM run_io io"
    " JOIN dataset d ON d.id = io.dataset_id JOIN namespace n ON n.id = d.namespace_id"
    " WHERE io.run_id IN ({keys})"
)
_DELETED: Final = "SELECT id, body FROM facet WHERE id IN ({keys})"
_WRITES: Final = (
    "SELECT io.dataset_id, r.id, r.kind, r.first_key, r.last_key FROM run_io io"
    " JOIN run r ON r.id = io.run_id WHERE io.dataset_id IN ({keys}) AND io.direction = 1"
)
_WRITTEN: Final = (
    "SELECT f.run_id, f.dataset_id, f.facet_id, n.display, f.key, f.is_deleted"
    f" FROM {io_facets('io.run_id IN ({keys}) AND io.direction = 1')} f"
    " JOIN facet_name n ON n.id = f.facet_name_id WHERE f.part = 0"
    " AND n.display IN ('columnLineage', 'lineage')"
)
_BELOW: Final = (
    "SELECT p.id, c.id FROM run p JOIN run_parent rp ON rp.parent_uuid = p.uuid"
    " JOIN run c ON c.id = rp.run_id WHERE p.id IN ({keys}) AND (rp.parent_job_id = p.job_id"
    " OR NOT EXISTS (SELECT 1 FROM run o WHERE o.uuid = p.uuid AND o.job_id = rp.parent_job_id))"
)
_BY_ID: Final = "SELECT id FROM run WHERE uuid = :uuid AND kind = 0"
_MOST_LEVELS: Final = 16
_LINEAGE_FACETS: Final = ("columnLineage", "lineage")


@dataclass(slots=True)
class Part:
    """What the events before a time say of one run."""

    state: RunState
    decided: bytes
    first: bytes
    last: bytes
    io: dict[tuple[int, int], bytes] = field(default_factory=dict)
    facets: dict[tuple[int, str], tuple[bytes, int]] = field(default_factory=dict)
    of_job: tuple[bytes, int] | None = None


@dataclass(slots=True)
class Record:
    """A run as it was; `part` is set where the store knows more of it by now."""

    run: int
    job: int
    kind: int
    uuid: bytes
    state: RunState
    decided: bytes
    first: bytes
    last: bytes
    part: Part | None = None

    @property
    def order(self) -> tuple[bytes, bytes]:
        """Return what runs of a job are ordered by."""
        return (self.decided, self.uuid)


class Then(Now):
    """Speakers through a lens."""

    def __init__(self, connection: Connection, lens: Lens) -> None:
        super().__init__(connection)
        self._lens = lens
        self._bound = None if lens.as_of is None else bound_of(lens.as_of)
        self._records: dict[int, list[Record]] = {}
        self._parts: dict[int, Part] = {}
        self._family: set[int] | None = None

    def uses(self, jobs: Collection[int]) -> dict[int, JobUses]:
        """Return what these jobs read and write."""
        speakers = self.speakers(jobs, IO_SIDES)
        return uses_of(jobs, speakers, self.io({speaker.run for speaker in speakers}))

    def speakers(self, jobs: Collection[int], sides: Sequence[Side]) -> list[Speaker]:
        """Return the runs that count, per job and side."""
        self._load(set(jobs) - self._records.keys())
        records = {job: self._records[job] for job in jobs}
        if self._lens.mode == "current":
            naming = _Naming(self, is_explicit=sides is EXPLICIT_SIDES)
            return [
                speaker for side in range(len(sides)) for speaker in _current(records, side, naming)
            ]
        return [
            Speaker(record.job, side, record.run, _state_of(record))
            for found in records.values()
            for record in found
            for side in range(len(sides))
            if self._counts(record)
        ]

    def states(self, jobs: Collection[int]) -> dict[int, model.RunState]:
        """Return the own state of each job's latest run."""
        self._load(set(jobs) - self._records.keys())
        latest = {
            job: next((record for record in self._records[job] if not record.kind), None)
            for job in jobs
        }
        return {job: STATES[record.state] for job, record in latest.items() if record is not None}

    def io(self, runs: Iterable[int]) -> Rows:
        """Return rows (run, direction, dataset) of what runs name."""
        wanted = set(runs)
        parts = [(run, self._parts[run]) for run in wanted & self._parts.keys()]
        yield from super().io(wanted - self._parts.keys())
        yield from ((run, *ident) for run, part in parts for ident in part.io)

    def said(self, runs: Iterable[int]) -> Rows:
        """Return rows (run, dataset, facet, name) of the lineage facets on outputs."""
        wanted = set(runs)
        yield from super().said(wanted - self._parts.keys())
        for run in wanted & self._parts.keys():
            for (dataset, name), (_, facet) in self._parts[run].facets.items():
                yield run, dataset, facet, name

    def said_of_jobs(self, runs: Iterable[int]) -> Rows:
        """Return rows (run, facet) of the `lineage` facets on jobs."""
        wanted = set(runs)
        yield from super().said_of_jobs(wanted - self._parts.keys())
        for run in wanted & self._parts.keys():
            of_job = self._parts[run].of_job
            if of_job is not None:
                yield run, of_job[1]

    def declared(self, datasets: Iterable[int]) -> Rows:
        """Return rows (dataset, facet, name) of lineage facets that a DatasetEvent set last."""
        writes = list(rows_in(self._connection, _WRITES, datasets))
        keys = {run: (bytes(first), bytes(last)) for _, run, _, first, last in writes}
        whole = self._sort_out(keys)
        kinds = {run: kind for _, run, kind, _, _ in writes}
        latest: dict[tuple[int, str], tuple[bytes, int, int, bool]] = {}
        rows = [
            (dataset, name, (bytes(key), run, facet, bool(gone)))
            for run, dataset, facet, name, key, gone in rows_in(self._connection, _WRITTEN, whole)
        ]
        for run in keys.keys() & self._parts.keys():
            for (dataset, name), (key, facet) in self._parts[run].facets.items():
                rows.append((dataset, name, (key, run, facet, False)))
        for dataset, name, said in rows:
            latest[dataset, name] = max(latest.get((dataset, name), said), said)
        wanted = set(datasets)
        for (dataset, name), (_, run, facet, is_gone) in latest.items():
            if kinds[run] == 2 and not is_gone and dataset in wanted:
                yield dataset, facet, name

    def _load(self, jobs: Collection[int]) -> None:
        rows = [
            Record(
                run, job, kind, bytes(uuid), RunState(state), bytes(decided), bytes(f), bytes(last)
            )
            for run, job, kind, uuid, state, f, last, decided in rows_in(
                self._connection, _OF_JOBS, jobs
            )
            if self._lens.mode != "run" or run in self._of_run()
        ]
        whole = self._sort_out({row.run: (row.first, row.last) for row in rows})
        self._records |= {job: [] for job in jobs}
        for record in rows:
            part = self._parts.get(record.run)
            if part is not None:
                record.state, record.decided, record.part = part.state, part.decided, part
                record.first, record.last = part.first, part.last
            elif record.run not in whole:
                continue
            self._records[record.job].append(record)
        for found in self._records.values():
            found.sort(key=lambda record: record.order, reverse=True)

    def _sort_out(self, runs: Mapping[int, tuple[bytes, bytes]]) -> set[int]:
        """Return the runs that are whole before the lens's times; make those that are not."""
        whole, some = set(runs), set()
        if self._bound is not None:
            whole = {run for run, (_, last) in runs.items() if last <= self._bound}
            some = {run for run in runs.keys() - whole if runs[run][0] <= self._bound}
        known = self._lens.known_at
        if known is not None:
            found = list(rows_in(self._connection, _SEQUENCES, whole | some))
            late = {run for run, _, last in found if last > known}
            some = (some | (whole & late)) - {run for run, first, _ in found if first > known}
            whole -= late
        self._make(some - self._parts.keys())
        return whole

    def _make(self, runs: Collection[int]) -> None:
        """Make runs again from those of their events that the lens leaves."""
        if not runs:
            return
        datasets = {
            (run, bytes(space), bytes(name)): dataset
            for run, space, name, dataset in rows_in(self._connection, _NAMES, runs)
        }
        events: defaultdict[int, list[tuple[bytes, EventType, int, bytes]]] = defaultdict(list)
        for run, seq, type_, flags, seconds, nanoseconds, hash_, received, body in rows_in(
            self._connection, _EVENTS, runs
        ):
            time = None if seconds is None else EventTime(seconds, nanoseconds, "")
            key = key_of(time, EventType(type_), bytes(hash_), received_us=received)
            if (self._bound is None or key <= self._bound) and (
                self._lens.known_at is None or seq <= self._lens.known_at
            ):
                events[run].append((key, EventType(type_), flags, bytes(body)))
        for run, found in events.items():
            self._parts[run] = _part_of(run, sorted(found), datasets)
        self._drop_deleted(events)

    def _drop_deleted(self, runs: Iterable[int]) -> None:
        """Take away facets that say they are deleted."""
        parts = [self._parts[run] for run in runs]
        facets = {facet for part in parts for _, facet in part.facets.values()}
        facets |= {part.of_job[1] for part in parts if part.of_job is not None}
        gone = {
            key
            for key, body in rows_in(self._connection, _DELETED, facets)
            if b'"_deleted":true' in FACET.unpack(bytes(body))
        }
        for part in parts:
            part.facets = {
                where: said for where, said in part.facets.items() if said[1] not in gone
            }
            if part.of_job is not None and part.of_job[1] in gone:
                part.of_job = None

    def _counts(self, record: Record) -> bool:
        lens = self._lens
        if lens.mode == "run":
            return True
        began = lens.since is None or record.last >= bound_of(lens.since, is_upper=False)
        return began and (lens.until is None or record.first <= bound_of(lens.until))

    def _of_run(self) -> set[int]:
        """Return the run of the lens and the runs below it."""
        if self._family is None:
            assert self._lens.run is not None
            rows = rows_of(self._connection, _BY_ID, uuid=self._lens.run.bytes)
            self._family = frontier = {run for (run,) in rows}
            for _ in range(_MOST_LEVELS):
                below = {child for _, child in rows_in(self._connection, _BELOW, frontier)}
                frontier = below - self._family
                if not frontier:
                    break
                self._family |= frontier
        return self._family


class _Naming:
    """Tells which runs name something on a side, a few at a time."""

    def __init__(self, then: Then, *, is_explicit: bool) -> None:
        self._then = then
        self._is_explicit = is_explicit
        self._sides: defaultdict[int, set[int]] = defaultdict(set)
        self._asked: set[int] = set()

    def first(self, candidates: Mapping[int, Sequence[Record]], side: int) -> dict[int, Record]:
        """Return per job the first of its candidates that names something on a side."""
        found: dict[int, Record] = {}
        start, width = 0, 1
        while True:
            portion = {
                job: records[start : start + width]
                for job, records in candidates.items()
                if job not in found and len(records) > start
            }
            if not portion:
                return found
            self._ask({record.run for records in portion.values() for record in records})
            for job, records in portion.items():
                named = [record for record in records if side in self._sides[record.run]]
                if named:
                    found[job] = named[0]
            start, width = start + width, width * 4

    def _ask(self, runs: set[int]) -> None:
        unknown = runs - self._asked
        self._asked |= unknown
        if self._is_explicit:
            for run, _ in self._then.said_of_jobs(unknown):
                self._sides[run].add(0)
        else:
            for run, direction, _ in self._then.io(unknown):
                self._sides[run].add(direction)


def _current(records: Mapping[int, Sequence[Record]], side: int, naming: _Naming) -> list[Speaker]:
    """Return who speaks: the latest completed that names something, and those in flight since."""
    completed = {
        job: [record for record in found if record.state is RunState.COMPLETED]
        for job, found in records.items()
    }
    latest = naming.first(completed, side)
    speakers = [Speaker(job, side, record.run, "current") for job, record in latest.items()]
    silent: dict[int, list[Record]] = {}
    for job, found in records.items():
        flying = [record for record in found if record.state in (RunState.NEW, RunState.RUNNING)]
        if job in latest:
            flying = [record for record in flying if record.decided > latest[job].decided]
        elif not flying and not completed[job]:
            silent[job] = list(found)
        speakers += (Speaker(job, side, record.run, "running") for record in flying)
    ended = naming.first(silent, side)
    return speakers + [Speaker(job, side, record.run, "failed") for job, record in ended.items()]


def _state_of(record: Record) -> EdgeState:
    if record.state is RunState.COMPLETED:
        return "current"
    return "running" if record.state in (RunState.NEW, RunState.RUNNING) else "failed"


def _part_of(
    run: int,
    events: Sequence[tuple[bytes, EventType, int, bytes]],
    datasets: Mapping[tuple[int, bytes, bytes], int],
) -> Part:
    """Return what events, in the order of their keys, make of a run."""
    marks = [
        Mark(key, type_, bool(flags & HAS_ERROR), bool(flags & HAS_STATISTICS))
        for key, type_, flags, _ in events
        if type_ in (EventType.START, EventType.COMPLETE, EventType.ABORT, EventType.FAIL)
    ]
    standing = standing_of(marks)
    state = standing.state
    if state is RunState.NEW and any(
        type_ in (EventType.RUNNING, EventType.OTHER) for _, type_, _, _ in events
    ):
        state = RunState.RUNNING
    first, last = events[0][0], events[-1][0]
    part = Part(state=state, decided=standing.decided or last, first=first, last=last)
    snapshot = max((key for key, _, flags, _ in events if flags & STANDS_ALONE), default=b"")
    for key, _, _, body in events:
        named, of_job = named_in(body)
        for one in named:
            dataset = datasets[run, to_bytes(one.namespace), to_bytes(one.name)]
            if key >= snapshot:
                part.io[one.direction, dataset] = key
            if one.direction == 1:
                part.facets |= {
                    (dataset, name): (key, one.facets[name])
                    for name in _LINEAGE_FACETS
                    if name in one.facets
                }
        if "lineage" in of_job:
            part.of_job = (key, of_job["lineage"])
    return part
