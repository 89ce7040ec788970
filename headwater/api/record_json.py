"""Sources, segments, schemas and rates as JSON."""

from __future__ import annotations

from datetime import UTC, datetime

from headwater.api.shapes.ingest import RecordRate, SchemaVersionShape, SegmentLine
from headwater.lake.contract import SourceSchema
from headwater.model.record import Segment
from headwater.query.ingest_rate import Rate


def rate_json(rate: Rate) -> RecordRate:
    """Return a rate with the beginning of each interval."""
    starts = (rate.start + rate.step * place for place in range(len(rate.accepted)))
    return {
        "times": [f"{datetime.fromtimestamp(start, UTC):%Y-%m-%dT%H:%M:%SZ}" for start in starts],
        "step_seconds": rate.step,
        "accepted": list(rate.accepted),
        "rejected": list(rate.rejected),
        "rejected_since": rate.rejected_since,
    }


def segment_json(segment: Segment) -> SegmentLine:
    """Return a sealed file."""
    return {
        "sequence": segment.sequence,
        "source": segment.source,
        "path": segment.path,
        "records": segment.records,
        "size_bytes": segment.size_bytes,
        "sha256": segment.sha256,
        "first_at": segment.first_at,
        "last_at": segment.last_at,
    }


def schema_json(schema: SourceSchema) -> SchemaVersionShape:
    """Return one version of a source's schema."""
    return {
        "source": schema.source,
        "version": schema.version,
        "proposed": schema.proposed,
        "dedupe": schema.dedupe,
        "key": [*schema.key],
        "event_time": schema.event_time,
        "registered_at": schema.registered_at,
        "registered_by": schema.registered_by,
        "columns": [
            {
                "field": column.field,
                "name": column.name,
                "type": column.type,
                "required": column.required,
                "description": column.description,
            }
            for column in schema.columns
        ],
        "schema": {**schema.schema},
    }
