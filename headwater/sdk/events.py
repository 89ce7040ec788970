"""OpenLineage events as light frozen values, and the bytes that they become."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, Literal

from headwater.sdk.errors import InvalidEvent
from headwater.sdk.facets import Facet, Place, schema_url
from headwater.sdk.times import format_time
from headwater.version import __version__

EventType = Literal["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"]
"""Where a run stands; COMPLETE, ABORT and FAIL end it."""

PRODUCER: Final = f"pkg:pypi/headwater@{__version__}"
"""The producer of an event that names none."""

_CORE: Final = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/"
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One execution of a job, known by a UUID."""

    id: str
    facets: tuple[Facet, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What runs, known by namespace and name."""

    namespace: str
    name: str
    facets: tuple[Facet, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """What is read and written, known by namespace and name."""

    namespace: str
    name: str
    facets: tuple[Facet, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InputDataset(Dataset):
    """A dataset as one run read it; `input_facets` hold for this reading only."""

    input_facets: tuple[Facet, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputDataset(Dataset):
    """A dataset as one run wrote it; `output_facets` hold for this writing only."""

    output_facets: tuple[Facet, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEvent:
    """Says how a run of a job stands, and what it read and wrote."""

    time: datetime
    type: EventType
    run: Run
    job: Job
    inputs: tuple[InputDataset, ...] = ()
    outputs: tuple[OutputDataset, ...] = ()
    producer: str = PRODUCER


@dataclass(frozen=True, slots=True, kw_only=True)
class JobEvent:
    """Says what a job is, reads and writes, apart from any run."""

    time: datetime
    job: Job
    inputs: tuple[InputDataset, ...] = ()
    outputs: tuple[OutputDataset, ...] = ()
    producer: str = PRODUCER


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetEvent:
    """Says what a dataset is, apart from any job."""

    time: datetime
    dataset: Dataset
    producer: str = PRODUCER


Event = RunEvent | JobEvent | DatasetEvent
"""Everything that `to_json` takes."""


def to_json(event: Event) -> bytes:
    """Return the event as canonical JSON: sorted keys, ASCII, equal bytes for equal values."""
    producer = event.producer
    if isinstance(event, DatasetEvent):
        dataset = entity_text(event.dataset, "dataset", producer)
        head = f'{{"dataset":{dataset},"eventTime":"{format_time(event.time)}"'
        return _closed(head, producer, "DatasetEvent")
    inputs = list_text(_dataset_text(dataset, producer) for dataset in event.inputs)
    outputs = list_text(_dataset_text(dataset, producer) for dataset in event.outputs)
    job = entity_text(event.job, "job", producer)
    if isinstance(event, JobEvent):
        head = f'{{"eventTime":"{format_time(event.time)}","inputs":{inputs},"job":{job}'
        return _closed(f'{head},"outputs":{outputs}', producer, "JobEvent")
    if not _UUID.fullmatch(event.run.id):
        raise InvalidEvent(f"the run id {event.run.id!r} is no UUID", hint="use new_run_id()")
    run = run_text(event.run.id, facet_texts(event.run.facets, "run", producer))
    parts = RunEventParts(run=run, job=job, inputs=inputs, outputs=outputs)
    return parts.to_json(event.type, format_time(event.time), producer)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEventParts:
    """The parts of a run event as canonical JSON, so that what stays the same is made once."""

    run: str
    job: str
    inputs: str
    outputs: str

    def to_json(self, kind: EventType, time: str, producer: str = PRODUCER) -> bytes:
        """Return the event that is of this kind at that time."""
        head = f'{{"eventTime":"{time}","eventType":"{kind}","inputs":{self.inputs}'
        more = f',"job":{self.job},"outputs":{self.outputs}'
        return _closed(head + more, producer, "RunEvent", f'"run":{self.run},')


def facet_text(facet: Facet, place: Place, producer: str = PRODUCER) -> str:
    """Return a facet as canonical JSON; `InvalidEvent` names what cannot be written."""
    url = schema_url(facet, place)
    return to_text({**facet.body, "_producer": producer, "_schemaURL": url})


def facet_texts(facets: Iterable[Facet], place: Place, producer: str = PRODUCER) -> dict[str, str]:
    """Return facets as canonical JSON, by key."""
    return {facet.key: facet_text(facet, place, producer) for facet in facets}


def members_text(texts: Mapping[str, str]) -> str:
    """Return an object whose members are JSON already."""
    return "{" + ",".join([f"{_key_text(key)}:{texts[key]}" for key in sorted(texts)]) + "}"


def list_text(texts: Iterable[str]) -> str:
    """Return a list whose elements are JSON already."""
    return "[" + ",".join(texts) + "]"


def run_text(run_id: str, facets: Mapping[str, str]) -> str:
    """Return a run with its facets, which are JSON already; its id is a UUID."""
    if not facets:
        return f'{{"runId":"{run_id}"}}'
    return f'{{"facets":{members_text(facets)},"runId":"{run_id}"}}'


def named_text(namespace: str, name: str, facets: Mapping[str, str], **more: str) -> str:
    """Return a job or a dataset with its facets, which are JSON already."""
    members = {"name": to_text(name), "namespace": to_text(namespace), **more}
    if facets:
        members["facets"] = members_text(facets)
    return members_text(members)


def entity_text(thing: Job | Dataset, place: Place, producer: str, **more: str) -> str:
    """Return a job or a dataset as canonical JSON; one without a name is refused."""
    if not thing.namespace or not thing.name:
        raise InvalidEvent(
            f"the {place} {thing.namespace!r} / {thing.name!r} has no namespace or no name"
        )
    facets = facet_texts(thing.facets, place, producer)
    return named_text(thing.namespace, thing.name, facets, **more)


@lru_cache(maxsize=1024)
def _key_text(text: str) -> str:
    return to_text(text)


def to_text(value: object) -> str:
    """Return a value as canonical JSON: sorted keys, ASCII, no NaN."""
    try:
        return _ENCODER.encode(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidEvent(
            f"the event cannot be written as JSON: {error}",
            hint="facet values are text, finite numbers, booleans, times, lists and mappings",
        ) from error


def _closed(head: str, producer: str, kind: str, more: str = "") -> bytes:
    tail = f',"producer":{_key_text(producer)},{more}"schemaURL":"{_CORE}{kind}"}}'
    return (head + tail).encode("ascii")


def _dataset_text(dataset: Dataset, producer: str) -> str:
    more = {}
    if isinstance(dataset, InputDataset) and dataset.input_facets:
        more["inputFacets"] = members_text(facet_texts(dataset.input_facets, "input", producer))
    if isinstance(dataset, OutputDataset) and dataset.output_facets:
        more["outputFacets"] = members_text(facet_texts(dataset.output_facets, "output", producer))
    return entity_text(dataset, "dataset", producer, **more)


def _plain(value: object) -> Any:
    if isinstance(value, datetime):
        return format_time(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{value!r} is a {type(value).__name__}")


_ENCODER: Final = json.JSONEncoder(
    allow_nan=False, default=_plain, separators=(",", ":"), sort_keys=True
)
