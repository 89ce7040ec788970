"""Bytes to events: a strict fast path for what well-behaved clients send, and a tolerant one."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any, Final

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from headwater.errors import Unprocessable
from headwater.wire.openlineage.canonical import content_hash, decode, encode, to_canonical
from headwater.wire.openlineage.event import (
    DatasetReference,
    Event,
    EventType,
    Facet,
    Facets,
    Kind,
    envelope_bytes,
)
from headwater.wire.openlineage.times import EventTime, read_time

_FacetMap = dict[str, Raw] | UnsetType
_TYPES: Final = {name: EventType[name] for name in EventType.__members__ if name != "NONE"}
_CACHE_ENTRIES: Final = 100_000
_NOTHING: Final[Facets] = {}


class _Run(Struct, forbid_unknown_fields=True):
    runId: str
    facets: _FacetMap = UNSET


class _Job(Struct, forbid_unknown_fields=True):
    namespace: str
    name: str
    facets: _FacetMap = UNSET


class _Dataset(Struct, forbid_unknown_fields=True):
    namespace: str
    name: str
    facets: _FacetMap = UNSET
    inputFacets: _FacetMap = UNSET
    outputFacets: _FacetMap = UNSET


class _RunEvent(Struct, forbid_unknown_fields=True):
    eventTime: str
    run: _Run
    job: _Job
    eventType: str | UnsetType = UNSET
    producer: str | UnsetType = UNSET
    schemaURL: str | UnsetType = UNSET
    inputs: list[_Dataset] | UnsetType = UNSET
    outputs: list[_Dataset] | UnsetType = UNSET


class EventReader:
    """Reads events. It remembers the canonical hashes of facets that came before, by their bytes.

    Raises `Malformed` for what is not JSON and `Unprocessable` for an event without identity.
    Everything else is kept and, where it is off, named in the event's warnings.
    """

    def __init__(self) -> None:
        self._hashes: dict[bytes, bytes] = {}
        self._strict = msgspec.json.Decoder(_RunEvent)

    def read(self, body: bytes) -> Event:
        """Return the event that `body` is."""
        try:
            event = self._strict.decode(body)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return _TolerantReading(self, body).event()
        if _kind_named(event.schemaURL) not in (None, Kind.RUN):
            return _TolerantReading(self, body).event()
        return self._assemble(event)

    def facet(self, raw: bytes) -> Facet:
        """Return the facet with these bytes."""
        at = blake2b(raw, digest_size=16).digest()
        known = self._hashes.get(at)
        if known is not None:
            return Facet(raw, known)
        body = to_canonical(raw)
        if len(self._hashes) >= _CACHE_ENTRIES:
            self._hashes.clear()
        self._hashes[at] = hash_ = content_hash(body)
        return Facet(raw, hash_, body)

    def _assemble(self, event: _RunEvent) -> Event:
        slots: list[tuple[dict[str, Any], Facets]] = []

        def facets_of(map_: _FacetMap) -> Facets:
            if map_ is UNSET or not map_:
                return _NOTHING
            facets = {name: self.facet(bytes(raw)) for name, raw in map_.items()}
            slots.append((map_, facets))
            return facets

        def datasets_of(found: list[_Dataset] | UnsetType) -> tuple[DatasetReference, ...]:
            if found is UNSET:
                return ()
            return tuple(
                DatasetReference(
                    namespace=d.namespace,
                    name=d.name,
                    facets=facets_of(d.facets),
                    own_facets={**facets_of(d.inputFacets), **facets_of(d.outputFacets)},
                )
                for d in found
            )

        warnings: list[str] = []
        run_facets, job_facets = facets_of(event.run.facets), facets_of(event.job.facets)
        inputs, outputs = datasets_of(event.inputs), datasets_of(event.outputs)
        slots_ = tuple(slots)
        return Event(
            kind=Kind.RUN,
            type=_type_of(event.eventType, warnings),
            time=_time_of(event.eventTime, warnings),
            hash=content_hash(envelope_bytes(event, slots_, _hex)),
            run_id=event.run.runId,
            run_facets=run_facets,
            job=(event.job.namespace, event.job.name),
            job_facets=job_facets,
            dataset=None,
            inputs=inputs,
            outputs=outputs,
            warnings=tuple(warnings),
            envelope=event,
            slots=slots_,
        )


class _TolerantReading:
    """One event of which any part may be of any type."""

    def __init__(self, reader: EventReader, body: bytes) -> None:
        self._reader = reader
        self._body = body
        self._warnings: list[str] = []
        self._slots: list[tuple[dict[str, Any], Facets]] = []

    def event(self) -> Event:
        tree = decode(self._body)
        if not isinstance(tree, dict):
            raise Unprocessable("an event is a JSON object", path="")
        kind = _kind_of(tree)
        run, job = _object(tree, "run"), _object(tree, "job")
        run_id = None
        if kind is Kind.RUN:
            run_id = self._text(run, "runId", "/run/runId")
        identity = None
        if kind is not Kind.DATASET:
            identity = (
                self._text(job, "namespace", "/job/namespace"),
                self._text(job, "name", "/job/name"),
            )
        own = None
        if kind is Kind.DATASET:
            own = self._dataset(_object(tree, "dataset"), "/dataset")
        elif isinstance(tree.get("dataset"), dict):
            self._hold_facets(tree["dataset"], "/dataset")
        run_facets = self._facets(run, "facets", "/run/facets") if run is not None else _NOTHING
        job_facets = self._facets(job, "facets", "/job/facets") if job is not None else _NOTHING
        inputs, outputs = self._datasets(tree, "inputs"), self._datasets(tree, "outputs")
        slots = tuple(self._slots)
        type_ = _type_of(tree.get("eventType", UNSET), self._warnings)
        return Event(
            kind=kind,
            type=type_ if kind is Kind.RUN else EventType.NONE,
            time=_time_of(tree.get("eventTime", UNSET), self._warnings),
            hash=content_hash(envelope_bytes(tree, slots, _hex)),
            run_id=run_id,
            run_facets=run_facets,
            job=identity,
            job_facets=job_facets,
            dataset=own,
            inputs=() if kind is Kind.DATASET else inputs,
            outputs=() if kind is Kind.DATASET else outputs,
            warnings=tuple(self._warnings),
            envelope=tree,
            slots=slots,
        )

    def _text(self, owner: dict[str, Any] | None, name: str, path: str) -> str:
        value = None if owner is None else owner.get(name)
        if isinstance(value, str):
            return value
        if isinstance(value, Raw):  # a number: its digits are as good a name as any
            self._warnings.append(f"{path}: a number, taken as text")
            return bytes(value).decode()
        what = "is missing" if value is None else "must be a string"
        raise Unprocessable(f"{path[1:].replace('/', '.')} {what}", path=path)

    def _datasets(self, tree: dict[str, Any], name: str) -> tuple[DatasetReference, ...]:
        found = tree.get(name)
        if found is None:
            return ()
        if not isinstance(found, list):
            self._warnings.append(f"/{name}: not an array, not read")
            return ()
        datasets = []
        for index, item in enumerate(found):
            path = f"/{name}/{index}"
            try:
                datasets.append(self._dataset(item if isinstance(item, dict) else None, path))
            except Unprocessable as error:
                self._warnings.append(f"{path}: {error.message}; the dataset is not read")
                if isinstance(item, dict):
                    self._hold_facets(item, path)
        return tuple(datasets)

    def _dataset(self, item: dict[str, Any] | None, path: str) -> DatasetReference:
        namespace = self._text(item, "namespace", f"{path}/namespace")
        name = self._text(item, "name", f"{path}/name")
        assert item is not None  # a missing one has no namespace
        facets, own = self._hold_facets(item, path)
        return DatasetReference(namespace=namespace, name=name, facets=facets, own_facets=own)

    def _hold_facets(self, item: dict[str, Any], path: str) -> tuple[Facets, Facets]:
        own: dict[str, Facet] = {}
        for part in ("inputFacets", "outputFacets"):
            own.update(self._facets(item, part, f"{path}/{part}"))
        return self._facets(item, "facets", f"{path}/facets"), own

    def _facets(self, owner: dict[str, Any], name: str, path: str) -> Facets:
        found = owner.get(name)
        if not isinstance(found, dict):
            if name in owner:
                self._warnings.append(f"{path}: not an object")
            return _NOTHING
        facets = {key: self._reader.facet(encode(value)) for key, value in found.items()}
        self._slots.append((found, facets))
        return facets


def _object(tree: dict[str, Any], name: str) -> dict[str, Any] | None:
    value = tree.get(name)
    return value if isinstance(value, dict) else None


def _hex(facet: Facet) -> str:
    return facet.hash.hex()


def _kind_named(schema_url: object) -> Kind | None:
    if not isinstance(schema_url, str):
        return None
    last = schema_url.rsplit("/", 1)[-1]
    return {"RunEvent": Kind.RUN, "JobEvent": Kind.JOB, "DatasetEvent": Kind.DATASET}.get(last)


def _kind_of(tree: dict[str, Any]) -> Kind:
    """Classify by the fragment of `schemaURL` where the event has what it needs, then by shape."""
    has = {
        Kind.RUN: _object(tree, "run") is not None,
        Kind.JOB: _object(tree, "job") is not None,
        Kind.DATASET: _object(tree, "dataset") is not None,
    }
    named = _kind_named(tree.get("schemaURL"))
    if named is not None and has[named]:
        return named
    for kind in (Kind.RUN, Kind.JOB, Kind.DATASET):
        if has[kind]:
            return kind
    return Kind.RUN if named is None else named


def _type_of(value: object, warnings: list[str]) -> EventType:
    if value is UNSET or value is None:
        return EventType.NONE
    if isinstance(value, str):
        known = _TYPES.get(value) or _TYPES.get(value.strip().upper())
        if known is not None:
            if value not in _TYPES:
                warnings.append(f"/eventType: {value!a} is not upper case")
            return known
    warnings.append("/eventType: not one of the specification, taken as OTHER")
    return EventType.OTHER


def _time_of(value: object, warnings: list[str]) -> EventTime | None:
    time = read_time(value) if isinstance(value, str) else None
    if time is None:
        what = "is missing" if value is UNSET or value is None else "cannot be read as a time"
        warnings.append(f"/eventTime: {what}; the event loses to every one with a time")
    return time
