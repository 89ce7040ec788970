"""The doors for OpenLineage events: POST /api/v1/lineage and /api/v1/lineage/batch.

Answers are what real clients can take: 200 or 201 with a body, never 202, 204 or a redirect;
503 with Retry-After as back-pressure; 400 and 422 in the shape of Marquez.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from headwater.api.dispatch import HotRequest, HotResponse, HotRoute
from headwater.api.problems import headers_of, status_of
from headwater.api.settings import ServerSettings
from headwater.errors import HeadwaterError, Unprocessable
from headwater.ingest.events import EventDoor, Outcomes
from headwater.lineage.contract import Applied
from headwater.model.principal import Action
from headwater.wire.openlineage.bodies import is_single, split_events

CREATED: Final = 201
OK: Final = 200
BIG_BODY_BYTES: Final = 256 * 1024
"""Above this a body is taken apart on a thread, so that small requests need not wait for it."""

SINGLE_PATHS: Final = (
    "/api/v1/lineage",
    "/api/v1/api/v1/lineage",
    "/api/v1/lineage/api/v1/lineage",
)
"""The path, and where clients end up that were given a URL which already holds it."""

_ACCEPTED: Final = b'{"status":"ok","warnings":[]}'


def openlineage_routes(door: EventDoor, settings: ServerSettings) -> list[HotRoute]:
    """Return the hot routes that take OpenLineage events."""

    async def lineage(request: HotRequest) -> HotResponse:
        """Take one event, an array of them, or a line each; 201 once they are durable."""
        bodies = await _bodies(request, settings.max_body_bytes)
        outcomes = await door.admit(bodies, principal=request.principal)
        return _answer(outcomes)

    async def batch(request: HotRequest) -> HotResponse:
        """Take an array of events, or a line each; 200 says what became of each."""
        bodies = await _bodies(request, settings.max_body_bytes)
        outcomes = await door.admit(bodies, principal=request.principal)
        return HotResponse(OK, msgspec.json.encode(_summary(outcomes)))

    handlers = [(path, lineage) for path in SINGLE_PATHS]
    handlers.append(("/api/v1/lineage/batch", batch))
    return [
        HotRoute(
            method="POST",
            path=path,
            action=Action.WRITE,
            handle=handle,
            explain=explain_as_marquez,
        )
        for path, handle in handlers
    ]


def explain_as_marquez(error: HeadwaterError) -> HotResponse:
    """Answer an error as Marquez does: `errors` for 422, else `code` and `message`."""
    status = status_of(error)
    body: dict[str, Any] = {"code": status, "message": str(error)}
    if isinstance(error, Unprocessable):
        body = {"errors": [error.message]}
    headers = [(k.lower().encode(), v.encode()) for k, v in headers_of(error).items()]
    return HotResponse(status, msgspec.json.encode(body), headers=headers)


async def _bodies(request: HotRequest, most_bytes: int) -> list[bytes]:
    body = await request.body(most_bytes)
    if is_single(body):
        return [body]
    if len(body) > BIG_BODY_BYTES:
        return await asyncio.to_thread(split_events, body)
    return split_events(body)


def _answer(outcomes: Outcomes) -> HotResponse:
    failures = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    if failures and len(failures) == len(outcomes):
        raise failures[0]
    warnings = _warnings(outcomes)
    if not failures:
        if not warnings:
            return HotResponse(CREATED, _ACCEPTED)
        return HotResponse(CREATED, msgspec.json.encode({"status": "ok", "warnings": warnings}))
    body = {"status": "partial_success", "warnings": warnings, "failed_events": _failed(outcomes)}
    return HotResponse(CREATED, msgspec.json.encode(body))


def _summary(outcomes: Outcomes) -> dict[str, Any]:
    failed = _failed(outcomes)
    retriable = sum(event["retriable"] for event in failed)
    status = "success"
    if failed:
        status = "partial_success" if len(failed) < len(outcomes) else "failure"
    return {
        "status": status,
        "summary": {
            "received": len(outcomes),
            "successful": len(outcomes) - len(failed),
            "failed": len(failed),
            "retriable": retriable,
            "non_retriable": len(failed) - retriable,
        },
        "failed_events": failed,
        "warnings": _warnings(outcomes),
    }


def _failed(outcomes: Outcomes) -> list[dict[str, Any]]:
    return [
        {
            "index": index,
            "reason": str(outcome),
            "path": getattr(outcome, "path", None),
            "retriable": isinstance(outcome, HeadwaterError) and status_of(outcome) >= 500,
        }
        for index, outcome in enumerate(outcomes)
        if isinstance(outcome, Exception)
    ]


def _warnings(outcomes: Sequence[Applied | Exception]) -> list[str]:
    single = len(outcomes) == 1
    return [
        warning if single else f"/{index}{warning}"
        for index, outcome in enumerate(outcomes)
        if isinstance(outcome, Applied)
        for warning in outcome.warnings
    ]
