"""Bytes to events: a strict fast path for what well-behaved clients send, and a tolerant one."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from operator import attrgetter
from typing import Final

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from headwater.wire.openlineage.canonical import content_hash, encode, to_canonical
from headwater.wire.openlineage.event import (
    DatasetReference,
    Event,
    Facet,
    Facets,
    Form,
    Kind,
    Part,
    StandIn,
)
from headwater.wire.openlineage.recent import Recent
from headwater.wire.openlineage.tolerant import TolerantReading, kind_named, time_of, type_of

_FacetMap = dict[str, Raw] | UnsetType
_NOTHING: Final[Facets] = {}
_HASHES: Final = 20_000
_JOBS_BYTES: Final = 4 * 1024 * 1024
_DATASETS_BYTES: Final = 16 * 1024 * 1024

# Fields stand in the order of the canonical form.


class _Run(Struct, forbid_unknown_fields=True, kw_only=True):
    facets: _FacetMap = UNSET
    runId: str


class _Job(Struct, forbid_unknown_fields=True, kw_only=True):
    facets: _FacetMap = UNSET
    name: str
    namespace: str


class _Dataset(Struct, forbid_unknown_fields=True, kw_only=True):
    facets: _FacetMap = UNSET
    inputFacets: _FacetMap = UNSET
    name: str
    namespace: str
    outputFacets: _FacetMap = UNSET


class _RunEvent(Struct, forbid_unknown_fields=True, kw_only=True):
    eventTime: str
    eventType: str | UnsetType = UNSET
    inputs: list[Raw] | UnsetType = UNSET
    job: Raw
    outputs: list[Raw] | UnsetType = UNSET
    producer: str | UnsetType = UNSET
    run: Raw
    schemaURL: str | UnsetType = UNSET


_FRAMES: Final = msgspec.json.Decoder(_RunEvent)
_DATASETS: Final = msgspec.json.Decoder(_Dataset)
_JOBS: Final = msgspec.json.Decoder(_Job)
_RUNS: Final = msgspec.json.Decoder(_Run)
_ENCODER: Final = msgspec.json.Encoder()
_RAW: Final = attrgetter("raw")


class _RunPart(Part):
    """The run of an event, which hardly ever comes again."""

    __slots__ = ("_facets", "_id")

    def __init__(self, run: _Run, facets: Facets) -> None:
        self._facets = facets
        self._id = run.runId
        super().__init__(run, (("facets", facets),) if facets else ())

    def encoded(self, stand_in: StandIn) -> bytes:
        if not self._facets:
            return encode(self._tree)
        facets = {name: stand_in(facet) for name, facet in self._facets.items()}
        return encode({"facets": facets, "runId": self._id})


class _Pieces:
    """The envelope of an event that is all that the specification says: a frame around parts."""

    __slots__ = ("_frame", "_inputs", "_job", "_outputs", "_run")

    def __init__(self, frame: _RunEvent, *, run: Part, job: Part) -> None:
        self._frame = frame
        self._run = run
        self._job = job
        self._inputs: tuple[Part, ...] = ()
        self._outputs: tuple[Part, ...] = ()

    def hold(self, inputs: Iterable[Part], outputs: Iterable[Part]) -> None:
        self._inputs = tuple(inputs)
        self._outputs = tuple(outputs)

    def encoded(self, stand_in: StandIn, form: Form | None = None) -> bytes:
        def encoded(part: Part) -> Raw:
            return Raw(part.encoded(stand_in))

        return self._around(encoded(self._run), form or encoded)

    def hashed(self) -> bytes:
        """Return the canonical form with hashes in place of facets."""
        return self._around(self._run.raw, _RAW)

    def facets(self) -> Iterable[Facet]:
        for part in (self._run, self._job, *self._inputs, *self._outputs):
            yield from part.facets()

    def _around(self, run: Raw, form: Form) -> bytes:
        frame = self._frame
        frame.run = run
        frame.job = form(self._job)
        if self._inputs:
            frame.inputs = list(map(form, self._inputs))
        if self._outputs:
            frame.outputs = list(map(form, self._outputs))
        return _ENCODER.encode(frame)


class _ReadJob(Struct, frozen=True):
    name: tuple[str, str]
    facets: Facets
    part: Part


class EventReader:
    """Reads events. It remembers facets, jobs and datasets that came before, by their bytes.

    Raises `Malformed` for what is not JSON and `Unprocessable` for an event without identity.
    Everything else is kept and, where it is off, named in the event's warnings.
    """

    def __init__(self) -> None:
        self._hashes: Recent[bytes, bytes] = Recent(_HASHES)
        self._jobs: Recent[bytes, _ReadJob] = Recent(_JOBS_BYTES)
        self._datasets: Recent[bytes, tuple[DatasetReference, Part]] = Recent(_DATASETS_BYTES)

    def read(self, body: bytes) -> Event:
        """Return the event that `body` is."""
        try:
            frame = _FRAMES.decode(body)
            if kind_named(frame.schemaURL) in (None, Kind.RUN):
                return self._assemble(frame)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            pass
        return TolerantReading(self.facet, body).event()

    def facet(self, raw: bytes) -> Facet:
        """Return the facet with these bytes."""
        at = sha256(raw).digest()
        known = self._hashes.get(at)
        if known is not None:
            return Facet(raw, known)
        body = to_canonical(raw)
        hash_ = content_hash(body)
        self._hashes.put(at, hash_)
        return Facet(raw, hash_, body)

    def _assemble(self, frame: _RunEvent) -> Event:
        warnings: list[str] = []
        run = _RUNS.decode(frame.run)
        run_facets = _NOTHING
        if run.facets is not UNSET and run.facets:
            run_facets = {name: self.facet(bytes(raw)) for name, raw in run.facets.items()}
            run.facets = UNSET
        job = self._job(bytes(frame.job))
        inputs = self._read_datasets(frame.inputs)
        outputs = self._read_datasets(frame.outputs)
        pieces = _Pieces(frame, run=_RunPart(run, run_facets), job=job.part)
        pieces.hold((part for _, part in inputs), (part for _, part in outputs))
        return Event(
            kind=Kind.RUN,
            type=type_of(frame.eventType, warnings),
            time=time_of(frame.eventTime, warnings),
            hash=content_hash(pieces.hashed()),
            run_id=run.runId,
            run_facets=run_facets,
            job=job.name,
            job_facets=job.facets,
            dataset=None,
            inputs=tuple(dataset for dataset, _ in inputs),
            outputs=tuple(dataset for dataset, _ in outputs),
            warnings=tuple(warnings),
            envelope=pieces,
            job_part=job.part,
        )

    def _job(self, raw: bytes) -> _ReadJob:
        at = sha256(raw).digest()
        known = self._jobs.get(at)
        if known is None:
            job = _JOBS.decode(raw)
            facets, places = self._taken_out(job, ("facets",))
            name = (job.namespace, job.name)
            known = _ReadJob(name=name, facets=facets, part=Part(job, places))
            self._jobs.put(at, known, _weight(raw))
        return known

    def _read_datasets(self, found: list[Raw] | UnsetType) -> list[tuple[DatasetReference, Part]]:
        if found is UNSET:
            return []
        datasets = self._datasets
        read = []
        for each in found:
            at = sha256(each).digest()
            read.append(datasets.get(at) or self._dataset(at, bytes(each)))
        return read

    def _dataset(self, at: bytes, raw: bytes) -> tuple[DatasetReference, Part]:
        dataset = _DATASETS.decode(raw)
        facets, places = self._taken_out(dataset, ("facets",))
        own, own_places = self._taken_out(dataset, ("inputFacets", "outputFacets"))
        part = Part(dataset, (*places, *own_places))
        reference = DatasetReference(
            namespace=dataset.namespace,
            name=dataset.name,
            facets=facets,
            own_facets=own,
            part=part,
        )
        self._datasets.put(at, (reference, part), _weight(raw))
        return reference, part

    def _taken_out(
        self, owner: _Job | _Dataset, maps: tuple[str, ...]
    ) -> tuple[Facets, tuple[tuple[str, Facets], ...]]:
        """Take the facets out of what was decoded; return them all, and each with its place."""
        places = []
        for place in maps:
            found: _FacetMap = getattr(owner, place)
            if found is not UNSET and found:
                facets = {name: self.facet(bytes(raw)) for name, raw in found.items()}
                places.append((place, facets))
                setattr(owner, place, UNSET)
        if not places:
            return _NOTHING, ()
        if len(places) == 1:
            return places[0][1], tuple(places)
        return {name: facet for _, facets in places for name, facet in facets.items()}, tuple(
            places
        )


def _weight(raw: bytes) -> int:
    """Return about how much memory it takes to remember a part, with its facets."""
    return len(raw) + 1000
