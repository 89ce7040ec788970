"""Questions about spans, asked of DuckDB."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from headwater.duck import Connection
from headwater.model.telemetry import (
    Operation,
    OutlineSpan,
    ServiceCall,
    Span,
    TraceQuery,
    TraceSummary,
)
from headwater.telemetry.duckdb.statements import statements
from headwater.telemetry.duckdb.store import DuckTelemetry
from headwater.telemetry.duckdb.trace_search import found_traces
from headwater.telemetry.duckdb.trace_times import spans_of_traces
from headwater.telemetry.rows import Row, calls_of, span_of, summary_of

_SPANS: Final = "{spans}"


class DuckTraces:
    """Reads spans; see the contract. Each question has a connection of its own."""

    def __init__(self, store: DuckTelemetry) -> None:
        self._store = store

    def services(self) -> Sequence[str]:
        """Return the names of the services that sent spans."""
        return [name for (name,) in self._ask("services")]

    def operations(self, service: str, kind: str | None = None) -> Sequence[Operation]:
        """Return what spans of a service are called."""
        found = self._ask("operations", service=service, kind=kind)
        return [Operation(name=name, kind=kind) for name, kind in found]

    def find(self, query: TraceQuery) -> Sequence[TraceSummary]:
        """Return the traces that have a span as the query wants it."""
        with self._store.reader() as connection:
            ids = found_traces(connection, query)
        return self.summaries(ids)

    def summaries(self, trace_ids: Sequence[str]) -> Sequence[TraceSummary]:
        """Return those of some traces that are there."""
        if not trace_ids:
            return []
        with self._store.reader() as connection:
            around = statements("traces.sql")["summaries"]
            rows = _of_traces(connection, "summarised", trace_ids, around=around)
        return sorted(map(summary_of, rows), key=lambda one: (-one.start, one.trace_id))

    def spans(self, trace_ids: Sequence[str]) -> Sequence[Span]:
        """Return all spans of some traces."""
        if not trace_ids:
            return []
        with self._store.reader() as connection:
            rows = _of_traces(connection, "spans", trace_ids)
        found = map(span_of, rows)
        return sorted(found, key=lambda one: (one.trace_id, one.start, one.span_id))

    def calls(self, start: datetime, end: datetime) -> Sequence[ServiceCall]:
        """Return which services called which, and how that went."""
        found = self._ask("calls", first=_bare(start), last=_bare(end))
        return calls_of(found)

    def outline(self, trace_id: str) -> Sequence[OutlineSpan]:
        """Return what a picture of a trace needs."""
        with self._store.reader() as connection:
            rows = _of_traces(connection, "outline", [trace_id])
        found: dict[str, OutlineSpan] = {}
        for row in rows:
            found.setdefault(row[0], OutlineSpan(*row))
        return list(found.values())

    def span(self, trace_id: str, span_id: str) -> Span | None:
        """Return one span."""
        asked = statements("traces.sql")["spans"] + " AND SpanId = $span"
        found = sorted(
            map(span_of, self._within(trace_id, asked, span=span_id)),
            key=lambda one: (one.start, -one.duration),
        )
        return found[0] if found else None

    def spans_with(self, trace_id: str, text: str) -> Sequence[str]:
        """Return the ids of the spans that have a text in an attribute."""
        asked = statements("traces.sql")["spans_with"]
        return sorted({id_ for (id_,) in self._within(trace_id, asked, text=text)})

    def _within(self, trace_id: str, sql: str, **values: object) -> list[Row]:
        """Ask about some of the spans of a trace."""
        of_trace: dict[str, object] = {"trace": trace_id}
        with self._store.reader() as connection:
            times = statements("traces.sql")["bounds"].replace("{ids}", "$trace")
            bounds = connection.execute(times, of_trace).fetchone()
            first, last = bounds or (None, None)
            if first is None:
                return []
            values |= {**of_trace, "first": first, "last": last}
            return connection.execute(sql.replace("{ids}", "$trace"), values).fetchall()

    def _ask(self, name: str, **values: object) -> list[Row]:
        with self._store.reader() as connection:
            return connection.execute(statements("traces.sql")[name], values or None).fetchall()


def _of_traces(
    connection: Connection, name: str, ids: Sequence[str], *, around: str = _SPANS
) -> list[Row]:
    """Ask about the spans of traces; the statement `around` is asked of what was found."""
    asked = spans_of_traces(connection, name, ids)
    if asked is None:
        return []
    sql, values = asked
    return connection.execute(around.replace(_SPANS, sql), values).fetchall()


def _bare(time: datetime) -> datetime:
    """Return a time as the columns have it: UTC without saying so."""
    return time.astimezone(UTC).replace(tzinfo=None)
