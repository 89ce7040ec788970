"""Jaeger's query APIs under `/jaeger`: the first, which Grafana asks, and the third, of its UI."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Body, Query, Request, Response

from headwater.api.access import Reader
from headwater.api.jaeger.queries import version_1_query, version_3_query
from headwater.api.jaeger.route import Version1Route, Version3Route, enveloped, plain
from headwater.clock import Clock
from headwater.errors import Missing
from headwater.model.json import JsonObject
from headwater.telemetry.contract import Traces
from headwater.wire.jaeger.values import read_trace_id, read_unix
from headwater.wire.jaeger.version_1 import traces_json
from headwater.wire.jaeger.version_3 import resource_spans_json, summary_json

_DAY_MILLISECONDS = 86_400_000


def version_1_router(traces: Callable[[], Traces], *, clock: Clock) -> APIRouter:
    """Return the first API; `traces` opens the store."""
    router = APIRouter(prefix="/jaeger/api", tags=["jaeger"], route_class=Version1Route)

    @router.get("/services")
    def list_services(_: Reader) -> Response:
        """List the services that sent spans."""
        names = list(traces().services())
        return enveloped(names, total=len(names))

    @router.get("/services/{service:segment}/operations")
    def list_names(_: Reader, service: str) -> Response:
        """List what spans of a service are called."""
        whole = service.encode(errors="surrogateescape").decode(errors="replace")
        names = sorted({one.name for one in traces().operations(whole)})
        return enveloped(names, total=len(names))

    @router.get("/operations")
    def list_operations(
        _: Reader, service: str, kind: Annotated[str | None, Query(alias="spanKind")] = None
    ) -> Response:
        """List what spans of a service are called, with their kinds."""
        found = traces().operations(service, kind.capitalize() if kind else None)
        data = [{"name": one.name, "spanKind": one.kind.lower()} for one in found]
        return enveloped(data, total=len(data))

    @router.get("/traces")
    def find_traces(_: Reader, request: Request) -> Response:
        """Find traces by service, operation, tags, duration and time, or get them by id."""
        given = request.query_params
        ids = [read_trace_id(text) for text in given.getlist("traceID")]
        if not ids:
            ids = [one.trace_id for one in traces().find(version_1_query(given))]
        order = {id_: place for place, id_ in enumerate(ids)}
        spans = sorted(traces().spans(ids), key=lambda span: order[span.trace_id])
        return enveloped(traces_json(spans))

    @router.get("/traces/{trace_id}")
    def get_trace(_: Reader, trace_id: str) -> Response:
        """Return a trace with all its spans."""
        spans = traces().spans([read_trace_id(trace_id)])
        if not spans:
            raise Missing("trace not found")
        return enveloped(traces_json(spans))

    @router.get("/dependencies")
    def list_dependencies(
        _: Reader,
        end: Annotated[
            str | None, Query(alias="endTs", description="Milliseconds since 1970.")
        ] = None,
        lookback: Annotated[str | None, Query(description="Milliseconds before it.")] = None,
    ) -> Response:
        """Say which services called which, before a time and for so many milliseconds."""
        last = read_unix(end, "endTs", per_second=1000) if end else clock.now()
        span = read_unix(lookback or str(_DAY_MILLISECONDS), "lookback", per_second=1000)
        first = last - timedelta(seconds=span.timestamp())
        calls = traces().calls(first, last)
        return enveloped(
            [{"parent": one.parent, "child": one.child, "callCount": one.calls} for one in calls]
        )

    return router


def version_3_router(traces: Callable[[], Traces]) -> APIRouter:
    """Return the third API; `traces` opens the store."""
    router = APIRouter(prefix="/jaeger/api/v3", tags=["jaeger"], route_class=Version3Route)

    @router.get("/services")
    def list_services(_: Reader) -> Response:
        """List the services that sent spans."""
        return plain({"services": list(traces().services())})

    @router.get("/operations")
    def list_operations(
        _: Reader, service: str = "", kind: Annotated[str | None, Query(alias="spanKind")] = None
    ) -> Response:
        """List what spans of a service are called, with their kinds."""
        found = traces().operations(service, kind.capitalize() if kind else None)
        named = [
            {
                "name": one.name,
                "spanKind": "internal" if one.kind == "Unspecified" else one.kind.lower(),
            }
            for one in found
        ]
        return plain({"operations": named})

    @router.get("/traces/{trace_id}")
    def get_trace(_: Reader, trace_id: str) -> Response:
        """Return the spans of a trace as OTLP in JSON."""
        spans = traces().spans([read_trace_id(trace_id)])
        if not spans:
            raise Missing("No traces found")
        return plain({"result": {"resourceSpans": resource_spans_json(spans)}})

    @router.get("/traces")
    def find_traces(_: Reader, request: Request) -> Response:
        """Find traces, and return their spans as OTLP in JSON."""
        return plain(_found(traces(), dict(request.query_params)))

    @router.post("/traces")
    def find_traces_of_body(_: Reader, body: Annotated[JsonObject, Body()]) -> Response:
        """Find traces, with the query in the body."""
        query = body.get("query", body)
        given = {f"query.{name}": str(value) for name, value in query.items()}
        return plain(_found(traces(), given))

    @router.get("/trace-summaries")
    def list_summaries(_: Reader, request: Request) -> Response:
        """Find traces, and return a line for each."""
        found = traces().find(version_3_query(dict(request.query_params)))
        return plain({"summaries": [summary_json(one) for one in found]})

    return router


def _found(traces: Traces, given: dict[str, str]) -> JsonObject:
    ids = [one.trace_id for one in traces.find(version_3_query(given))]
    spans = traces.spans(ids)
    if not spans:
        raise Missing("No traces found")
    return {"result": {"resourceSpans": resource_spans_json(spans)}}
