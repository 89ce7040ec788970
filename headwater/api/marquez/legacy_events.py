"""The events that Marquez's deprecated PUTs and POSTs amount to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal
from uuid import uuid4

from headwater.model.lineage import Name
from headwater.model.principal import Principal
from headwater.sdk.events import PRODUCER
from headwater.sdk.facets import Facet, Place, schema_url
from headwater.wire.openlineage.canonical import encode

Kind = Literal["RunEvent", "JobEvent", "DatasetEvent"]
Transition = Literal["START", "COMPLETE", "FAIL", "ABORT"]
Members = Mapping[str, object]

_SPEC: Final = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/"
_OWN: Final = "urn:headwater:facet:"
_GONE: Final[Members] = {"_deleted": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A run, job or dataset with its facets; a facet of None takes that facet away."""

    name: Name
    facets: Mapping[str, Members | None] = field(default_factory=dict)

    def to_value(self, place: Place) -> dict[str, object]:
        """Return the member of an event."""
        return {
            "namespace": self.name.namespace,
            "name": self.name.name,
            "facets": facets_value(self.facets, place),
        }


def facets_value(facets: Mapping[str, Members | None], place: Place) -> dict[str, object]:
    """Return facets with their producer and schema."""
    return {key: _facet(key, body, place) for key, body in facets.items()}


def _facet(key: str, body: Members | None, place: Place) -> dict[str, object]:
    members = dict(_GONE if body is None else body)
    own = f"{_OWN}{key}" if key.startswith("marquez_") else None
    url = schema_url(Facet(key, members, own), place)
    return {**members, "_producer": PRODUCER, "_schemaURL": url}


def run_event(
    kind: Transition | None,
    *,
    at: str,
    by: Principal,
    run_id: str,
    job: Name,
    facets: Mapping[str, Members | None] | None = None,
    inputs: Sequence[Stated] = (),
    outputs: Sequence[Stated] = (),
) -> bytes:
    """Return a run event; one without a type makes a run known and leaves its state alone."""
    members: dict[str, object] = {
        "run": {"runId": run_id, "facets": facets_value(facets or {}, "run")},
        "job": Stated(name=job).to_value("job"),
        "inputs": [dataset.to_value("dataset") for dataset in inputs],
        "outputs": [dataset.to_value("dataset") for dataset in outputs],
    }
    if kind is not None:
        members["eventType"] = kind
    return _event("RunEvent", members, at=at, by=by)


def job_event(
    job: Stated, *, at: str, by: Principal, inputs: Sequence[Name], outputs: Sequence[Name]
) -> bytes:
    """Return a job event, which replaces what the job reads and writes."""
    members = {
        "job": job.to_value("job"),
        "inputs": [Stated(name=name).to_value("dataset") for name in inputs],
        "outputs": [Stated(name=name).to_value("dataset") for name in outputs],
    }
    return _event("JobEvent", members, at=at, by=by)


def dataset_event(dataset: Stated, *, at: str, by: Principal) -> bytes:
    """Return a dataset event."""
    return _event("DatasetEvent", {"dataset": dataset.to_value("dataset")}, at=at, by=by)


def _event(kind: Kind, members: Members, *, at: str, by: Principal) -> bytes:
    """Return an event that says who asked for it; asking twice the same is two events."""
    return encode(
        {
            "eventTime": at,
            "producer": PRODUCER,
            "schemaURL": f"{_SPEC}{kind}",
            "headwater": {"principal": by.name, "request": uuid4().hex},
            **members,
        }
    )
