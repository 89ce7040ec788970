"""The search for traces: which ids have spans as a query wants them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
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
    latest: dict[str, int] = {}
    if not pairs:
        return list(_latest(connection, query, [within]))
    for times, next_end in portions(stretches(connection, pairs, within)):
        bounded = [
            replace(one, first=max(within.first, one.first), last=min(within.last, one.last))
            for one in times
        ]
        for trace, at in _latest(connection, query, bounded).items():
            latest[trace] = max(at, latest.get(trace, at))
        # A trace that ended after all that is left keeps its place.
        settled = sum(1 for at in latest.values() if next_end is None or at > next_end)
        if settled >= query.limit:
            break
    return sorted(latest, key=lambda trace: (-latest[trace], trace))[: query.limit]


def _latest(
    connection: Connection, query: TraceQuery, times: Sequence[Stretch]
) -> Mapping[str, int]:
    """Return the latest traces that have a fitting span in these times, with when it began."""
    in_resources = any(one.in_resources for one in times)
    conditions, values = _conditions(query, in_resources=in_resources)
    reads = []
    for number, one in enumerate(times):
        values |= {f"first{number}": one.first, f"last{number}": one.last}
        reads.append(
            'SELECT TraceId, "Timestamp" FROM otel_traces'
            f' WHERE "Timestamp" BETWEEN make_timestamp_ns($first{number})'
            f" AND make_timestamp_ns($last{number}){conditions}"
        )
    sql = (
        'SELECT TraceId, epoch_ns(max("Timestamp")) AS Latest'
        f" FROM ({' UNION ALL '.join(reads)})"
        " GROUP BY TraceId ORDER BY Latest DESC, TraceId LIMIT $limit"
    )
    return dict(connection.execute(sql, values | {"limit": query.limit}).fetchall())


def _conditions(query: TraceQuery, *, in_resources: bool) -> tuple[str, Values]:
    """Return what spans have to be, beside their time, and the values of it.

    Where nothing of it is in a resource, half of the maps need not be read.
    """
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
        of_span = f"SpanAttributes[$key{number}] = $value{number}"
        of_resource = f"ResourceAttributes[$key{number}] = $value{number}"
        either = f"({of_span} OR {of_resource})" if in_resources else of_span
        require(either, f"value{number}", value)
    return "".join(conditions), values
