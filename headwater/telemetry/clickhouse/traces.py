"""Questions about spans, asked of ClickHouse."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from headwater.model.telemetry import (
    Operation,
    OutlineSpan,
    ServiceCall,
    Span,
    TraceQuery,
    TraceSummary,
)
from headwater.telemetry.clickhouse.store import PACKAGE, ClickHouseTelemetry
from headwater.telemetry.rows import (
    LATEST,
    RUN_KEYS,
    Row,
    calls_of,
    nanoseconds_of,
    span_of,
    summary_of,
)
from headwater.telemetry.statements import statements


class ClickHouseTraces:
    """Reads spans; see the contract."""

    def __init__(self, store: ClickHouseTelemetry) -> None:
        self._store = store

    def services(self) -> Sequence[str]:
        """Return the names of the services that sent spans."""
        return [name for (name,) in self._store.rows("traces.sql", "services")]

    def operations(self, service: str, kind: str | None = None) -> Sequence[Operation]:
        """Return what spans of a service are called."""
        found = self._store.rows("traces.sql", "operations", service=service, kind=kind or "")
        return [Operation(name=name, kind=kind) for name, kind in found]

    def find(self, query: TraceQuery) -> Sequence[TraceSummary]:
        """Return the traces that have a span as the query wants it."""
        conditions, values = _conditions(query)
        sql = statements(PACKAGE, "traces.sql")["find"].replace("{conditions}", conditions)
        return self.summaries([id_ for (id_,) in self._store.ask(sql, **values)])

    def summaries(self, trace_ids: Sequence[str]) -> Sequence[TraceSummary]:
        """Return those of some traces that are there."""
        found = map(summary_of, self._of_traces("summaries", trace_ids))
        return sorted(found, key=lambda one: (-one.start, one.trace_id))

    def spans(self, trace_ids: Sequence[str]) -> Sequence[Span]:
        """Return all spans of some traces."""
        found = map(span_of, self._of_traces("spans", trace_ids, span=""))
        return sorted(found, key=lambda one: (one.trace_id, one.start, one.span_id))

    def outline(self, trace_id: str) -> Sequence[OutlineSpan]:
        """Return what a picture of a trace needs."""
        return [OutlineSpan(*row) for row in self._of_traces("outline", [trace_id])]

    def span(self, trace_id: str, span_id: str) -> Span | None:
        """Return one span."""
        found = self._of_traces("spans", [trace_id], span=span_id)
        return span_of(found[0]) if found else None

    def spans_with(self, trace_id: str, text: str) -> Sequence[str]:
        """Return the ids of the spans that have a text in an attribute."""
        return [id_ for (id_,) in self._of_traces("spans_with", [trace_id], text=text)]

    def calls(self, start: datetime, end: datetime) -> Sequence[ServiceCall]:
        """Return which services called which, and how that went."""
        first, last = nanoseconds_of(start), nanoseconds_of(end)
        found = self._store.rows("traces.sql", "calls", first=first, last=last)
        return calls_of(found)

    def _of_traces(self, name: str, ids: Sequence[str], **values: object) -> Sequence[Row]:
        """Ask about the spans of traces, within the time in which these traces were."""
        listed = list(ids)
        if not listed:
            return []
        ((first, last, count),) = self._store.rows("traces.sql", "bounds", ids=listed)
        if not count:
            return []
        return self._store.rows("traces.sql", name, ids=listed, first=first, last=last, **values)


def _conditions(query: TraceQuery) -> tuple[str, dict[str, object]]:
    """Return what spans have to be, and the values of it."""
    conditions = ["1"]
    values: dict[str, object] = {
        "first": 0 if query.start is None else max(0, nanoseconds_of(query.start)),
        "last": LATEST if query.end is None else min(LATEST, nanoseconds_of(query.end)),
        "limit": query.limit,
    }

    def require(condition: str, name: str, value: object) -> None:
        conditions.append(condition)
        values[name] = value

    if query.service is not None:
        require("ServiceName = {service:String}", "service", query.service)
    if query.operation is not None:
        require("SpanName = {operation:String}", "operation", query.operation)
    if query.shortest is not None:
        require("Duration >= {shortest:UInt64}", "shortest", query.shortest)
    if query.longest is not None:
        require("Duration <= {longest:UInt64}", "longest", query.longest)
    if query.has_error:
        conditions.append("StatusCode = 'Error'")
    if query.runs is not None:
        require("RunId IN {runs:Array(String)}", "runs", list(query.runs))
    for number, (key, value) in enumerate(sorted(query.attributes.items())):
        if key in RUN_KEYS:
            require(f"RunId = {{value{number}:String}}", f"value{number}", value)
            continue
        values[f"key{number}"] = key
        pair = f"[{{key{number}:String}}] = {{value{number}:String}}"
        has = f"mapContains({{column}}, {{{{key{number}:String}}}})"
        either = " OR ".join(
            f"({has.format(column=column)} AND {column}{pair})"
            for column in ("SpanAttributes", "ResourceAttributes")
        )
        require(f"({either})", f"value{number}", value)
    return " AND ".join(conditions), values
