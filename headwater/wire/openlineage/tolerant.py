"""Bytes to events where any part may be of any type."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from msgspec import UNSET, Raw

from headwater.errors import Unprocessable
from headwater.model.json import JsonObject
from headwater.wire.openlineage.canonical import content_hash, decode, encode
from headwater.wire.openlineage.event import (
    DatasetReference,
    Event,
    EventType,
    Facet,
    Facets,
    Kind,
    Part,
    StandIn,
    hex_of,
)
from headwater.wire.openlineage.times import EventTime, read_time

_TYPES: Final = {name: EventType[name] for name in EventType.__members__ if name != "NONE"}
_KINDS: Final = {"RunEvent": Kind.RUN, "JobEvent": Kind.JOB, "DatasetEvent": Kind.DATASET}
_NOTHING: Final[Facets] = {}


class _Whole:
    """The envelope of any other event: a tree, with the maps in it that hold facets."""

    __slots__ = ("_slots", "_tree")

    def __init__(self, tree: object, slots: tuple[tuple[JsonObject, Facets], ...]) -> None:
        self._tree = tree
        self._slots = slots

    def encoded(self, stand_in: StandIn, form: Callable[[Part], bytes] | None = None) -> bytes:
        for slot, facets in self._slots:
            for name, facet in facets.items():
                slot[name] = stand_in(facet)
        return encode(self._tree)

    def facets(self) -> Iterable[Facet]:
        for _, facets in self._slots:
            yield from facets.values()


class TolerantReading:
    """One event of which any part may be of any type."""

    def __init__(self, facet_of: Callable[[bytes], Facet], body: bytes) -> None:
        self._facet_of = facet_of
        self._body = body
        self._warnings: list[str] = []
        self._slots: list[tuple[JsonObject, Facets]] = []

    def event(self) -> Event:
        """Return the event; raises `Malformed` and `Unprocessable`."""
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
        whole = _Whole(tree, tuple(self._slots))
        type_ = type_of(tree.get("eventType", UNSET), self._warnings)
        return Event(
            kind=kind,
            type=type_ if kind is Kind.RUN else EventType.NONE,
            time=time_of(tree.get("eventTime", UNSET), self._warnings),
            hash=content_hash(whole.encoded(hex_of)),
            run_id=run_id,
            run_facets=run_facets,
            job=identity,
            job_facets=job_facets,
            dataset=own,
            inputs=() if kind is Kind.DATASET else inputs,
            outputs=() if kind is Kind.DATASET else outputs,
            warnings=tuple(self._warnings),
            envelope=whole,
        )

    def _text(self, owner: JsonObject | None, name: str, path: str) -> str:
        value = None if owner is None else owner.get(name)
        if isinstance(value, str):
            return value
        if isinstance(value, Raw):  # a number: its digits are as good a name as any
            self._warnings.append(f"{path}: a number, taken as text")
            return bytes(value).decode()
        what = "is missing" if value is None else "must be a string"
        raise Unprocessable(f"{path[1:].replace('/', '.')} {what}", path=path)

    def _datasets(self, tree: JsonObject, name: str) -> tuple[DatasetReference, ...]:
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

    def _dataset(self, item: JsonObject | None, path: str) -> DatasetReference:
        namespace = self._text(item, "namespace", f"{path}/namespace")
        name = self._text(item, "name", f"{path}/name")
        assert item is not None  # a missing one has no namespace
        facets, own = self._hold_facets(item, path)
        return DatasetReference(namespace=namespace, name=name, facets=facets, own_facets=own)

    def _hold_facets(self, item: JsonObject, path: str) -> tuple[Facets, Facets]:
        own: dict[str, Facet] = {}
        for part in ("inputFacets", "outputFacets"):
            own.update(self._facets(item, part, f"{path}/{part}"))
        return self._facets(item, "facets", f"{path}/facets"), own

    def _facets(self, owner: JsonObject, name: str, path: str) -> Facets:
        found = owner.get(name)
        if not isinstance(found, dict):
            if name in owner:
                self._warnings.append(f"{path}: not an object")
            return _NOTHING
        facets = {key: self._facet_of(encode(value)) for key, value in found.items()}
        self._slots.append((found, facets))
        return facets


def _object(tree: JsonObject, name: str) -> JsonObject | None:
    value = tree.get(name)
    return value if isinstance(value, dict) else None


def kind_named(schema_url: object) -> Kind | None:
    """Return the kind that a `schemaURL` names."""
    if not isinstance(schema_url, str):
        return None
    last = schema_url.rsplit("/", 1)[-1]
    return _KINDS.get(last)


def _kind_of(tree: JsonObject) -> Kind:
    """Classify by the fragment of `schemaURL` where the event has what it needs, then by shape."""
    has = {
        Kind.RUN: _object(tree, "run") is not None,
        Kind.JOB: _object(tree, "job") is not None,
        Kind.DATASET: _object(tree, "dataset") is not None,
    }
    named = kind_named(tree.get("schemaURL"))
    if named is not None and has[named]:
        return named
    for kind in (Kind.RUN, Kind.JOB, Kind.DATASET):
        if has[kind]:
            return kind
    return Kind.RUN if named is None else named


def type_of(value: object, warnings: list[str]) -> EventType:
    """Return the type that an event gives, and note what is off about it."""
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


def time_of(value: object, warnings: list[str]) -> EventTime | None:
    """Return the time of an event, None where it cannot be read, which is noted."""
    time = read_time(value) if isinstance(value, str) else None
    if time is None:
        what = "is missing" if value is UNSET or value is None else "cannot be read as a time"
        warnings.append(f"/eventTime: {what}; the event loses to every one with a time")
    return time
