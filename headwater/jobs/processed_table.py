"""The declared job that makes one table of the processed zone."""

from __future__ import annotations

from typing import Final

from headwater.engine.declaration import JobDeclaration, KernelStep
from headwater.jobs.catalog import RAW_TO_PROCESSED
from headwater.jobs.dedupe import rule_of
from headwater.jobs.kernel_task import TASK
from headwater.lake.contract import SourceSchema, TableDeclaration
from headwater.model.columns import ENVELOPE, Column
from headwater.model.names import table_name
from headwater.quality.expectations import InRange, NotNull
from headwater.sdk.sql import InputColumn
from headwater.sdk.sql.lineage import Subtype

_RAW: Final = {"id": "string", "source": "string", "received_at": "timestamp"}
_CALENDAR: Final = ("year", "month", "day")
_REQUIRED: Final = frozenset({"id", "source", "event_ts", "received_at", "record_hash"})


def declare_processed(schema: SourceSchema) -> JobDeclaration:
    """Return the job that keeps `processed.<source>` up to date."""
    source = schema.source
    raw = table_name("raw", source)
    return JobDeclaration(
        name=f"{RAW_TO_PROCESSED}.{source}",
        description=f"Types, checks and deduplicates the records of {source}.",
        inputs={raw: {**_RAW, **{column.name: column.type for column in schema.columns}}},
        step=KernelStep(task=TASK, fields=_field_map(schema, raw), rows=_row_map(schema, raw)),
        output=TableDeclaration(
            zone="processed",
            name=source,
            columns=(*_envelope(), *schema.columns),
            day_of="event_ts",
            description=f"Records of {source}, one row each, typed by its schema.",
        ),
        expectations=(
            NotNull("event_ts"),
            InRange(column="quality_score", minimum=0.0, maximum=1.0),
        ),
        source="headwater/jobs/raw_to_processed.py",
    )


def _envelope() -> tuple[Column, ...]:
    return tuple(
        Column(field=name, name=name, type=type_, required=name in _REQUIRED)
        for name, type_ in ENVELOPE
    )


def _field_map(schema: SourceSchema, raw: str) -> dict[str, tuple[InputColumn, ...]]:
    """Map each output column to what the kernel makes it of."""
    data = [column.name for column in schema.columns]
    time = [_event_time(schema)]

    def made_of(names: list[str], subtype: Subtype, *, masking: bool = False) -> _Inputs:
        return tuple(InputColumn(raw, name, "DIRECT", subtype, masking) for name in names)

    is_received = schema.event_time is None
    fields: dict[str, _Inputs] = {
        "id": made_of(["id"], "IDENTITY"),
        "source": (),
        "event_ts": made_of(time, "IDENTITY" if is_received else "TRANSFORMATION"),
        "received_at": made_of(["received_at"], "IDENTITY"),
        "processed_at": (),
        "record_hash": made_of(data, "TRANSFORMATION", masking=True),
        "quality_score": made_of(data, "TRANSFORMATION"),
        **{part: made_of(time, "TRANSFORMATION") for part in _CALENDAR},
        "record_bytes": made_of([*_RAW, *data], "TRANSFORMATION"),
    }
    for column in schema.columns:
        is_same = column.type not in ("date", "timestamp", "json")
        fields[column.name] = made_of([column.name], "IDENTITY" if is_same else "TRANSFORMATION")
    return {name: (*made, *_choice(schema, raw, name)) for name, made in fields.items()}


def _choice(schema: SourceSchema, raw: str, column: str) -> _Inputs:
    """Return what decides which of several equal records stays, where they may differ."""
    if schema.dedupe == "hash":
        # Equal data; the time of reception decides, and between equal times the id itself.
        return (InputColumn(raw, "received_at", "INDIRECT", "SORT"),) if column == "id" else ()
    if column in {"source", "processed_at", *rule_of(schema.dedupe, schema.key).columns}:
        return ()
    order = ["received_at"]
    if schema.dedupe == "key":
        order = [_event_time(schema), "received_at", "id"]
        if column in ("event_ts", *_CALENDAR, order[0]):
            return ()  # what decides next finds them equal
        if column == "received_at":
            order.remove("id")
    return tuple(InputColumn(raw, name, "INDIRECT", "SORT") for name in dict.fromkeys(order))


def _row_map(schema: SourceSchema, raw: str) -> tuple[InputColumn, ...]:
    """Return what decides which rows there are: the checks, and which records are equal."""
    data = [column.name for column in schema.columns]
    rule = rule_of(schema.dedupe, schema.key)
    same = data if rule.columns == ("record_hash",) else list(rule.columns)
    checked = [*data, "received_at"] if schema.event_time else data
    return (
        *(InputColumn(raw, name, "INDIRECT", "FILTER") for name in checked),
        *(InputColumn(raw, name, "INDIRECT", "WINDOW") for name in same),
    )


def _event_time(schema: SourceSchema) -> str:
    for column in schema.columns:
        if column.field == schema.event_time:
            return column.name
    return "received_at"


_Inputs = tuple[InputColumn, ...]
