"""Which traces are wanted, out of the parameters of Jaeger's two APIs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final

from starlette.datastructures import QueryParams

from headwater.errors import Invalid
from headwater.model.telemetry import TraceQuery
from headwater.wire.jaeger.values import read_duration, read_time, read_unix

_MICROSECONDS: Final = 1_000_000
_DEFAULT_LIMIT: Final = 100
_MOST: Final = 10_000


def version_1_query(given: QueryParams) -> TraceQuery:
    """Read the parameters of a search; times are microseconds since 1970."""
    start, end = given.get("start"), given.get("end")
    return TraceQuery(
        service=given.get("service") or None,
        operation=_unless_all(given.get("operation")),
        attributes=_pairs(given.getlist("tag")) | _map(given.get("tags"), "tags"),
        start=read_unix(start, "start", per_second=_MICROSECONDS) if start else None,
        end=read_unix(end, "end", per_second=_MICROSECONDS) if end else None,
        shortest=_duration(given.get("minDuration"), "minDuration"),
        longest=_duration(given.get("maxDuration"), "maxDuration"),
        limit=_limit(given.get("limit"), "limit"),
    )


def version_3_query(given: Mapping[str, str]) -> TraceQuery:
    """Read the parameters `query.…`, in camelCase or, as before, in snake_case."""

    def find(*names: str) -> str | None:
        found = (given.get(f"query.{name}") for name in names)
        return next((value for value in found if value), None)

    first = find("startTimeMin", "start_time_min")
    last = find("startTimeMax", "start_time_max")
    if first is None or last is None:
        raise Invalid("query.startTimeMin and query.startTimeMax are required")
    start, end = read_time(first, "query.startTimeMin"), read_time(last, "query.startTimeMax")
    if start >= end:
        raise Invalid("query.startTimeMin is not before query.startTimeMax")
    return TraceQuery(
        service=find("serviceName", "service_name"),
        operation=_unless_all(find("operationName", "operation_name")),
        attributes=_map(find("attributes"), "query.attributes"),
        start=start,
        end=end,
        shortest=_duration(find("durationMin", "duration_min"), "query.durationMin"),
        longest=_duration(find("durationMax", "duration_max"), "query.durationMax"),
        limit=_limit(find("searchDepth", "search_depth", "num_traces"), "query.searchDepth"),
    )


def _unless_all(operation: str | None) -> str | None:
    return None if operation in (None, "", "all") else operation


def _pairs(tags: Sequence[str]) -> dict[str, str]:
    pairs = (tag.partition(":") for tag in tags)
    return {key: value for key, colon, value in pairs if colon}


def _map(text: str | None, name: str) -> dict[str, str]:
    if not text:
        return {}
    try:
        found = json.loads(text)
    except ValueError as error:
        raise Invalid(f"{name} is not a JSON object: {error}", path=f"/{name}") from error
    if not isinstance(found, dict):
        raise Invalid(f"{name} is not a JSON object", path=f"/{name}")
    return {
        key: value if isinstance(value, str) else json.dumps(value) for key, value in found.items()
    }


def _duration(text: str | None, name: str) -> int | None:
    return read_duration(text, name) if text else None


def _limit(text: str | None, name: str) -> int:
    if not text:
        return _DEFAULT_LIMIT
    if not text.isdecimal() or int(text) == 0:
        raise Invalid(f"{name} is {text!r}, not a number above 0", path=f"/{name}")
    return min(int(text), _MOST)
