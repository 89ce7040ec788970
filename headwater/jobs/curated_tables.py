"""The declared jobs that make the tables of the curated zone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from headwater.engine.declaration import JobDeclaration, SetStep
from headwater.engine.settings import JoinSettings
from headwater.jobs.catalog import PROCESSED_TO_CURATED
from headwater.jobs.curated_sql import (
    QUARANTINE_COLUMNS,
    SourceTable,
    daily_summary_sql,
    hourly_metrics_sql,
    source_statistics_sql,
)
from headwater.jobs.join_sql import join_columns, join_sql
from headwater.lake.contract import TableDeclaration
from headwater.model.columns import Column, ColumnType
from headwater.model.names import table_name
from headwater.quality.expectations import InRange, NotNull, Unique


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    """A table of one row per source and `group`, a date or a time, or per source alone.

    `rejected` is the column that counts rejected records.
    """

    name: str
    description: str
    columns: Mapping[str, ColumnType]
    group: str | None
    rejected: str
    to_sql: Callable[[Sequence[SourceTable]], str]


GROUPED: Final = (
    Grouped(
        name="daily_summary",
        description="One row per source and day of event: counts, quality and numeric fields.",
        columns={
            "source": "string",
            "day": "date",
            "records": "long",
            "distinct_keys": "long",
            "first_event": "timestamp",
            "last_event": "timestamp",
            "average_quality": "double",
            "rejected": "long",
            "fields": "metrics",
        },
        group="day",
        rejected="rejected",
        to_sql=daily_summary_sql,
    ),
    Grouped(
        name="hourly_metrics",
        description="One row per source and hour of event: volume, errors and latency.",
        columns={
            "source": "string",
            "hour": "timestamp",
            "records": "long",
            "bytes": "long",
            "errors": "long",
            "latency_p50_seconds": "double",
            "latency_p95_seconds": "double",
        },
        group="hour",
        rejected="errors",
        to_sql=hourly_metrics_sql,
    ),
    Grouped(
        name="source_statistics",
        description="One row per source: everything that ever came in, and how complete it is.",
        columns={
            "source": "string",
            "records": "long",
            "bytes": "long",
            "rejected": "long",
            "schema_version": "int",
            "first_event": "timestamp",
            "last_event": "timestamp",
            "first_seen": "timestamp",
            "last_seen": "timestamp",
            "average_quality": "double",
            "quality_trend": "double",
            "null_rates": "shares",
        },
        group=None,
        rejected="rejected",
        to_sql=source_statistics_sql,
    ),
)


def declare_grouped(table: Grouped, sources: Sequence[SourceTable]) -> JobDeclaration:
    """Return the job that keeps a grouped table up to date."""
    key = ("source",) if table.group is None else ("source", table.group)
    inputs = {table_name("processed", each.source): dict(each.columns) for each in sources}
    for each in sources:
        if each.has_rejected:
            inputs[table_name("quarantine", each.source)] = dict(QUARANTINE_COLUMNS)
    return JobDeclaration(
        name=f"{PROCESSED_TO_CURATED}.{table.name}",
        description=table.description,
        inputs=inputs,
        step=SetStep(sql=table.to_sql(sources)),
        output=TableDeclaration(
            zone="curated",
            name=table.name,
            columns=tuple(
                Column(field=name, name=name, type=kind, required=name in key)
                for name, kind in table.columns.items()
            ),
            description=table.description,
        ),
        expectations=(*(NotNull(column) for column in key), Unique(key)),
        source="headwater/jobs/curated_sql.py",
    )


def declare_join(
    join: JoinSettings, left: Mapping[str, str], right: Mapping[str, str]
) -> JobDeclaration:
    """Return the job that keeps a pre-joined set up to date."""
    description = f"Every row of {join.left}, with columns of {join.right} where one matches."
    return JobDeclaration(
        name=f"{PROCESSED_TO_CURATED}.{join.name}",
        description=description,
        inputs={
            table_name("processed", join.left): dict(left),
            table_name("processed", join.right): dict(right),
        },
        step=SetStep(sql=join_sql(join, left)),
        output=TableDeclaration(
            zone="curated",
            name=join.name,
            columns=join_columns(join, left, right),
            day_of="event_ts",
            description=description,
        ),
        expectations=(
            NotNull("id"),
            NotNull("event_ts"),
            *(
                InRange(
                    column=one.column,
                    minimum=one.minimum,
                    maximum=one.maximum,
                    severity=one.severity,
                )
                for one in join.expect
            ),
        ),
        source="headwater/jobs/join_sql.py",
    )
