"""What a pipeline imports to tell its lineage: values, events as bytes, transports."""

from __future__ import annotations

from headwater.sdk import facets
from headwater.sdk.errors import (
    ExtraMissing,
    HeadwaterError,
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
from headwater.sdk.sql import InputColumn, SqlLineage, lineage_of
from headwater.sdk.times import format_time, new_run_id
from headwater.sdk.transport import Transport

__all__ = [
    "PRODUCER",
    "Assertion",
    "Dataset",
    "DatasetEvent",
    "Event",
    "EventType",
    "ExtraMissing",
    "Facet",
    "HeadwaterError",
    "HttpTransport",
    "InputColumn",
    "InputDataset",
    "InputField",
    "InvalidEvent",
    "InvalidStatement",
    "Job",
    "JobEvent",
    "OutputDataset",
    "Run",
    "RunEvent",
    "RunOf",
    "SchemaField",
    "SqlLineage",
    "Transformation",
    "Transport",
    "TransportError",
    "facets",
    "format_time",
    "lineage_of",
    "new_run_id",
    "to_json",
    "transport_from_environment",
]
