"""Errors as HTTP answers: RFC 9457 problem+json, from one table."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from headwater.errors import (
    Busy,
    Conflict,
    Denied,
    HeadwaterError,
    Invalid,
    Locked,
    Malformed,
    Missing,
    StorageFull,
    TooLarge,
    Unauthenticated,
    Unavailable,
    Unprocessable,
    Unsupported,
)
from headwater.model.json import JsonObject
from headwater.observe import CONTEXT

STATUS: Final[dict[type[HeadwaterError], int]] = {
    Malformed: 400,
    Unprocessable: 422,
    TooLarge: 413,
    Invalid: 400,
    Unauthenticated: 401,
    Denied: 403,
    Missing: 404,
    Conflict: 409,
    Unsupported: 501,
    Busy: 503,
    StorageFull: 503,
    Unavailable: 503,
    Locked: 503,
    HeadwaterError: 500,
}
"""The first class in the error's own order of ancestors that stands here decides."""

MEDIA_TYPE: Final = "application/problem+json"


def status_of(error: HeadwaterError) -> int:
    """Return the HTTP status of an error."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def problem_of(error: HeadwaterError) -> JsonObject:
    """Return the problem document: type, title, status, detail, and what the error knows."""
    status = status_of(error)
    slug = getattr(error, "slug", "error")
    document: JsonObject = {
        "type": f"/docs/errors#{slug}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": error.message,
    }
    if error.hint:
        document["hint"] = error.hint
    path = getattr(error, "path", None)
    if path is not None:
        document["path"] = path
    document.update(getattr(error, "details", {}))
    context = CONTEXT.get()
    if context is not None:
        document["request_id"] = context.request_id
    return document


def headers_of(error: HeadwaterError) -> dict[str, str]:
    """Return the headers that go with the answer, such as Retry-After."""
    if isinstance(error, Busy):
        return {"Retry-After": str(error.retry_after_seconds)}
    if isinstance(error, Unavailable):
        return {"Retry-After": "5"}
    if isinstance(error, Unauthenticated):
        return {"WWW-Authenticate": "Bearer"}
    return {}
