"""OpenLineage events as light frozen values, and the bytes that they become."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
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
    body: dict[str, Any] = {
        "eventTime": format_time(event.time),
        "producer": event.producer,
        "schemaURL": _CORE + type(event).__name__,
    }
    if isinstance(event, DatasetEvent):
        body["dataset"] = _dataset(event.dataset, event.producer)
    else:
        body["job"] = _named(event.job, "job", event.producer)
        body["inputs"] = [_dataset(dataset, event.producer) for dataset in event.inputs]
        body["outputs"] = [_dataset(dataset, event.producer) for dataset in event.outputs]
    if isinstance(event, RunEvent):
        body["eventType"] = event.type
        body["run"] = _run(event.run, event.producer)
    try:
        return json.dumps(
            body, allow_nan=False, default=_plain, separators=(",", ":"), sort_keys=True
        ).encode("ascii")
    except (TypeError, ValueError) as error:
        raise InvalidEvent(
            f"the event cannot be written as JSON: {error}",
            hint="facet values are text, finite numbers, booleans, times, lists and mappings",
        ) from error


def _run(run: Run, producer: str) -> dict[str, Any]:
    if not _UUID.fullmatch(run.id):
        raise InvalidEvent(f"the run id {run.id!r} is no UUID", hint="use new_run_id()")
    body: dict[str, Any] = {"runId": run.id}
    return _with_facets(body, run.facets, "run", producer)


def _named(thing: Job | Dataset, place: Place, producer: str) -> dict[str, Any]:
    if not thing.namespace or not thing.name:
        raise InvalidEvent(
            f"the {place} {thing.namespace!r} / {thing.name!r} has no namespace or no name"
        )
    body: dict[str, Any] = {"namespace": thing.namespace, "name": thing.name}
    return _with_facets(body, thing.facets, place, producer)


def _dataset(dataset: Dataset, producer: str) -> dict[str, Any]:
    body = _named(dataset, "dataset", producer)
    if isinstance(dataset, InputDataset) and dataset.input_facets:
        body["inputFacets"] = _facets(dataset.input_facets, "input", producer)
    if isinstance(dataset, OutputDataset) and dataset.output_facets:
        body["outputFacets"] = _facets(dataset.output_facets, "output", producer)
    return body


def _with_facets(
    body: dict[str, Any], facets: Iterable[Facet], place: Place, producer: str
) -> dict[str, Any]:
    written = _facets(facets, place, producer)
    if written:
        body["facets"] = written
    return body


def _facets(facets: Iterable[Facet], place: Place, producer: str) -> dict[str, Any]:
    written: dict[str, Any] = {}
    for facet in facets:
        url = schema_url(facet, place)
        written[facet.key] = {**facet.body, "_producer": producer, "_schemaURL": url}
    return written


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
