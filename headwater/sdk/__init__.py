"""What a pipeline imports to tell its lineage: a decorator, values, events as bytes, transports.

Names are looked up when they are first used, so that importing this costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # importing typing costs more than all of this
if TYPE_CHECKING:
    from headwater.sdk import facets, naming
    from headwater.sdk.configuration import Configuration
    from headwater.sdk.current import current_run, in_current_run
    from headwater.sdk.datasets import DatasetInfo
    from headwater.sdk.delivery import configure, emit, flush
    from headwater.sdk.errors import (
        EventRefused,
        ExtraMissing,
        HeadwaterError,
        InvalidConfiguration,
        InvalidEvent,
        InvalidStatement,
        TransportError,
    )
    from headwater.sdk.events import (
        PRODUCER,
        Dataset,
        DatasetEvent,
        Event,
        EventType,
        InputDataset,
        Job,
        JobEvent,
        OutputDataset,
        Run,
        RunEvent,
        to_json,
    )
    from headwater.sdk.facets import (
        Assertion,
        Facet,
        InputField,
        RunOf,
        SchemaField,
        Transformation,
    )
    from headwater.sdk.http import HttpTransport, transport_from_environment
    from headwater.sdk.job import LineageJob, openlineage_job
    from headwater.sdk.pipeline import Parameter, ParameterError, Pipeline, StageContext
    from headwater.sdk.propagation import child_environment
    from headwater.sdk.redaction import redact
    from headwater.sdk.run import JobRun
    from headwater.sdk.sql import InputColumn, SqlLineage, lineage_of
    from headwater.sdk.statement_facets import lineage_facet
    from headwater.sdk.testing import CapturedEvents, capture_events
    from headwater.sdk.times import format_time, new_run_id
    from headwater.sdk.transport import BatchTransport, Transport

_PLACES = {
    "configuration": ("Configuration",),
    "current": (
        "current_run",
        "in_current_run",
    ),
    "datasets": ("DatasetInfo",),
    "delivery": (
        "configure",
        "emit",
        "flush",
    ),
    "errors": (
        "EventRefused",
        "ExtraMissing",
        "HeadwaterError",
        "InvalidConfiguration",
        "InvalidEvent",
        "InvalidStatement",
        "TransportError",
    ),
    "events": (
        "PRODUCER",
        "Dataset",
        "DatasetEvent",
        "Event",
        "EventType",
        "InputDataset",
        "Job",
        "JobEvent",
        "OutputDataset",
        "Run",
        "RunEvent",
        "to_json",
    ),
    "facets": (
        "Assertion",
        "Facet",
        "InputField",
        "RunOf",
        "SchemaField",
        "Transformation",
    ),
    "http": (
        "HttpTransport",
        "transport_from_environment",
    ),
    "job": (
        "LineageJob",
        "openlineage_job",
    ),
    "pipeline": (
        "Parameter",
        "ParameterError",
        "Pipeline",
        "StageContext",
    ),
    "propagation": ("child_environment",),
    "redaction": ("redact",),
    "run": ("JobRun",),
    "sql": (
        "InputColumn",
        "SqlLineage",
        "lineage_of",
    ),
    "statement_facets": ("lineage_facet",),
    "testing": (
        "CapturedEvents",
        "capture_events",
    ),
    "times": (
        "format_time",
        "new_run_id",
    ),
    "transport": (
        "BatchTransport",
        "Transport",
    ),
}
_PLACE_OF = {name: place for place, names in _PLACES.items() for name in names}

__all__ = [
    "PRODUCER",
    "Assertion",
    "BatchTransport",
    "CapturedEvents",
    "Configuration",
    "Dataset",
    "DatasetEvent",
    "DatasetInfo",
    "Event",
    "EventRefused",
    "EventType",
    "ExtraMissing",
    "Facet",
    "HeadwaterError",
    "HttpTransport",
    "InputColumn",
    "InputDataset",
    "InputField",
    "InvalidConfiguration",
    "InvalidEvent",
    "InvalidStatement",
    "Job",
    "JobEvent",
    "JobRun",
    "LineageJob",
    "OutputDataset",
    "Parameter",
    "ParameterError",
    "Pipeline",
    "Run",
    "RunEvent",
    "RunOf",
    "SchemaField",
    "SqlLineage",
    "StageContext",
    "Transformation",
    "Transport",
    "TransportError",
    "capture_events",
    "child_environment",
    "configure",
    "current_run",
    "emit",
    "facets",
    "flush",
    "format_time",
    "in_current_run",
    "lineage_facet",
    "lineage_of",
    "naming",
    "new_run_id",
    "openlineage_job",
    "redact",
    "to_json",
    "transport_from_environment",
]


def __getattr__(name: str) -> object:
    if name in ("facets", "naming"):
        return import_module(f"headwater.sdk.{name}")
    place = _PLACE_OF.get(name)
    if place is None:
        raise AttributeError(f"module 'headwater.sdk' has no attribute {name!r}")
    found: object = getattr(import_module(f"headwater.sdk.{place}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return __all__
