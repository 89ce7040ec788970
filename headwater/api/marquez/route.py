"""How Marquez speaks: error bodies, query parameters as text, JSON with facets as they came."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from fastapi import Query, Request, Response
from fastapi.routing import APIRoute

from headwater.errors import Invalid, Missing
from headwater.model.lineage import Facets, Moment
from headwater.wire.openlineage.canonical import encode
from headwater.wire.openlineage.times import read_time

MOST_ROWS: Final = 10_000
_INTEGER: Final = re.compile(r"-?\d{1,10}", re.ASCII)
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_NOT_JSON: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|-?Infinity|NaN')
_ENCODER: Final = msgspec.json.Encoder()

Limit = Annotated[str | None, Query(description="How many to return, at most 10,000.")]
Offset = Annotated[str | None, Query(description="How many to skip.")]


class MarquezRoute(APIRoute):
    """A route that answers wrong query parameters with `{"errors": [...]}`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def explained(request: Request) -> Response:
            try:
                return await handle(request)
            except Invalid as error:
                if "errors" not in error.details:
                    raise
                return answer({"errors": error.details["errors"]}, 400)

        return explained


def answer(document: Any, status: int = 200) -> Response:
    """Answer with JSON, keys in the order given; numbers of facets stay as they were sent."""
    return Response(json_bytes(document), status, media_type="application/json")


def json_bytes(document: object) -> bytes:
    """Return JSON, lone surrogates of names included."""
    try:
        return _ENCODER.encode(document)
    except UnicodeEncodeError:
        return encode(document)


def facets_json(facets: Facets) -> dict[str, msgspec.Raw]:
    """Return facets for an answer; NaN and Infinity, which JSON lacks, become strings."""
    return {name: msgspec.Raw(strict(body)) for name, body in facets.items()}


def strict_event(event: bytes) -> msgspec.Raw:
    """Return an event for an answer; NaN and Infinity, which JSON lacks, become strings."""
    return msgspec.Raw(strict(event))


def strict(body: bytes) -> bytes:
    """Return stored JSON for an answer; NaN and Infinity, which JSON lacks, become strings."""
    if b"NaN" not in body and b"Infinity" not in body:
        return body
    return _NOT_JSON.sub(lambda m: m[0] if m[0][:1] == b'"' else b'"' + m[0] + b'"', body)


def refused(*errors: str) -> Invalid:
    """Return the error for query parameters that are wrong."""
    return Invalid("; ".join(errors), details={"errors": list(errors)})


def no_such_page() -> Missing:
    """Return what Marquez says of a path or parameter that it cannot read."""
    return Missing("HTTP 404 Not Found")


def page_of(limit: str | None, offset: str | None, *, default: int = 100) -> tuple[int, int]:
    """Read limit and offset; any limit is fine, above 10,000 it counts as that."""
    wanted = whole_number(limit, default)
    skipped = whole_number(offset, 0)
    errors = [
        f"query param {name} must be greater than or equal to 0"
        for name, value in (("offset", skipped), ("limit", wanted))
        if value < 0
    ]
    if errors:
        raise refused(*errors)
    return min(wanted, MOST_ROWS), skipped


def whole_number(value: str | None, default: int) -> int:
    """Read a 32-bit integer; anything else is a page that does not exist, as in Marquez."""
    if not value:
        return default
    if not _INTEGER.fullmatch(value) or not -(2**31) <= int(value) < 2**31:
        raise no_such_page()
    return int(value)


def required(name: str, value: str | None, *, what: str = "null") -> str:
    """Return a query parameter that must be there."""
    if value is None or not value.strip():
        raise refused(f"query param {name} must not be {what}")
    return value


def one_of(name: str, value: str, choices: Sequence[str]) -> str:
    """Read a word of a fixed set, in any case."""
    if value.upper() not in choices:
        raise Invalid(f"query param {name} must be one of [{', '.join(choices)}]")
    return value.upper()


def uuid_of(value: str) -> UUID:
    """Read a UUID out of a path."""
    if not _UUID.fullmatch(value):
        raise no_such_page()
    return UUID(value)


def instant_of(value: str) -> Moment:
    """Read a time with a zone; a plus sign may have arrived as a space."""
    read = read_time(value.replace(" ", "+"))
    if read is None or "T" not in value or not re.search(r"(Z|[+ -]\d\d:?\d\d)$", value):
        raise Invalid(f"Parameter is invalid: Text {value!r} could not be parsed")
    return Moment(read.seconds, read.nanoseconds)


def as_java_prints(text: str) -> str:
    """Write a time as Java's OffsetDateTime does, without seconds that are zero."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return text
    if time.tzinfo is None:
        return text
    clock = time.strftime("%Y-%m-%dT%H:%M")
    if time.second or time.microsecond:
        clock = time.replace(tzinfo=None).isoformat()
    offset = time.isoformat()[-6:]
    return clock + ("Z" if offset == "+00:00" else offset)
