"""The search for traces: which ids have spans as a query wants them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from headwater.duck import Connection
from headwater.model.telemetry import TraceQuery
from headwater.telemetry.duckdb.attribute_blocks import Stretch, portions, stretches
from headwater.telemetry.rows import LATEST, RUN_KEYS, nanoseconds_of

_EARLIEST: Final = 0

Values = dict[str, object]


def found_traces(connection: Connection, query: TraceQuery) -> Sequence[str]:
    """Return the ids of the traces with the latest spans that are as the query wants them."""
    within = Stretch(
        _EARLIEST if query.start is None else max(_EARLIEST, nanoseconds_of(query.start)),
        LATEST if query.end is None else min(LATEST, nanoseconds_of(query.end)),
    )
    pairs = [pair for pair in query.attributes.items() if pair[0] not in RUN_KEYS]
    conditions, values = _conditions(query)
    sql = (
        'SELECT TraceId, epoch_ns(max("Timestamp")) AS Latest FROM otel_traces'
        ' WHERE "Timestamp" BETWEEN make_timestamp_ns($first) AND make_timestamp_ns($last)'
        f"{conditions} GROUP BY TraceId ORDER BY Latest DESC, TraceId LIMIT $limit"
    )
    values["limit"] = query.limit
    latest: dict[str, int] = {}

    def read(time: Stretch) -> None:
        bounds = {"first": max(within.first, time.first), "last": min(within.last, time.last)}
        for trace, at in connection.execute(sql, values | bounds).fetchall():
            latest[trace] = max(at, latest.get(trace, at))

    if not pairs:
        read(within)
        return list(latest)
    for time, next_end in portions(stretches(connection, pairs, within)):
        read(time)
        # A trace that ended after all that is left keeps its place.
        settled = sum(1 for at in latest.values() if next_end is None or at > next_end)
        if settled >= query.limit:
            break
    return sorted(latest, key=lambda trace: (-latest[trace], trace))[: query.limit]


def _conditions(query: TraceQuery) -> tuple[str, Values]:
    """Return what spans have to be, beside their time, and the values of it."""
    conditions: list[str] = []
    values: Values = {}

    def require(condition: str, name: str, value: object) -> None:
        conditions.append(f" AND {condition}")
        values[name] = value

    if query.service is not None:
        require("ServiceName = $service", "service", query.service)
    if query.operation is not None:
        require("SpanName = $operation", "operation", query.operation)
    if query.shortest is not None:
        require("Duration >= $shortest", "shortest", query.shortest)
    if query.longest is not None:
        require("Duration <= $longest", "longest", query.longest)
    if query.has_error:
        conditions.append(" AND StatusCode = 'Error'")
    if query.runs is not None:
        require("list_contains($runs, RunId)", "runs", list(query.runs))
    for number, (key, value) in enumerate(sorted(query.attributes.items())):
        if key in RUN_KEYS:
            require(f"RunId = $value{number}", f"value{number}", value)
            continue
        values[f"key{number}"] = key
        require(
            f"(SpanAttributes[$key{number}] = $value{number}"
            f" OR ResourceAttributes[$key{number}] = $value{number})",
            f"value{number}",
            value,
        )
    return "".join(conditions), values
