"""The doors for OpenLineage events: POST /api/v1/lineage and /api/v1/lineage/batch.

Answers are what real clients can take: 200 or 201 with a body, never 202, 204 or a redirect;
503 with Retry-After as back-pressure; 400 and 422 in the shape of Marquez. `?validate=report`
adds what the published schemas say, `?validate=strict` refuses by it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final
from urllib.parse import parse_qs

import msgspec

from headwater.api.dispatch import HotRequest, HotResponse, HotRoute
from headwater.api.problems import headers_of, status_of
from headwater.api.settings import ServerSettings
from headwater.errors import HeadwaterError, Unprocessable
from headwater.ingest.events import EventDoor, Outcomes
from headwater.ingest.validation import Mode, validate
from headwater.lineage.contract import Applied
from headwater.model.json import JsonObject
from headwater.model.principal import Action
from headwater.wire.openlineage.bodies import (
    is_ndjson,
    is_single,
    split_events,
    split_lines,
)
from headwater.wire.openlineage.conformance.findings import Inspection

CREATED: Final = 201
OK: Final = 200
BIG_BODY_BYTES: Final = 256 * 1024
"""Above this a body is taken apart on a thread, so that small requests need not wait for it."""

SINGLE_PATHS: Final = (
    "/api/v1/lineage",
    "/api/v1/api/v1/lineage",
    "/api/v1/lineage/api/v1/lineage",
    "/api/v1/lineage/lineage",
    "//api/v1/lineage",
    "/api//v1/lineage",
    "/api/v1//lineage",
)
BATCH_PATHS: Final = (
    "/api/v1/lineage/batch",
    "/api/v1/api/v1/lineage/batch",
    "/api/v1/lineage/api/v1/lineage/batch",
    "//api/v1/lineage/batch",
    "/api/v1//lineage/batch",
    "/api/v1/lineage//batch",
)
"""The paths, and where clients end up that were given a URL which already holds some of it.

A redirect would turn their POST into a GET and lose the event.
"""

_ACCEPTED: Final = b'{"status":"ok","warnings":[]}'


def openlineage_routes(
    door: EventDoor, settings: ServerSettings, *, validation: Mode = Mode.OFF
) -> list[HotRoute]:
    """Return the hot routes that take OpenLineage events; `validation` is without being asked."""

    async def admitted(request: HotRequest) -> tuple[Outcomes, Sequence[Inspection]]:
        body = await request.body(settings.max_body_bytes)
        return await admit(door, request, await events_of(request, body), validation)

    async def lineage(request: HotRequest) -> HotResponse:
        """Take one event, an array of them, or a line each; 201 once they are durable."""
        return answer(*await admitted(request))

    async def batch(request: HotRequest) -> HotResponse:
        """Take an array of events, or a line each; 200 says what became of each."""
        outcomes, inspections = await admitted(request)
        return HotResponse(OK, msgspec.json.encode(_summary(outcomes, inspections)))

    handlers = [(path, lineage) for path in SINGLE_PATHS]
    handlers += [(path, batch) for path in BATCH_PATHS]
    return [
        HotRoute(
            method="POST",
            path=path,
            action=Action.WRITE,
            handle=handle,
            is_alias=path not in (SINGLE_PATHS[0], BATCH_PATHS[0]),
            explain=lambda error, _: explain_as_marquez(error),
        )
        for path, handle in handlers
    ]


async def admit(
    door: EventDoor, request: HotRequest, bodies: Sequence[bytes], validation: Mode
) -> tuple[Outcomes, Sequence[Inspection]]:
    """Let events in as the request, or else `validation`, wants them looked at."""
    mode = _mode_of(request.query) if b"validate" in request.query else validation
    if mode is Mode.OFF:
        return await door.admit(bodies, principal=request.principal), ()
    found = await asyncio.to_thread(validate, bodies, mode)
    outcomes = await door.admit(bodies, principal=request.principal, refusals=found.refusals)
    return outcomes, found.inspections


def _mode_of(query: bytes) -> Mode:
    """Return how a request wants to be validated; a word that is not known asks for a report."""
    words = parse_qs(query.decode("latin-1"), keep_blank_values=True).get("validate", [])
    word = words[-1].lower() if words else Mode.OFF
    return Mode(word) if word in Mode.__members__.values() else Mode.REPORT


def explain_as_marquez(error: HeadwaterError) -> HotResponse:
    """Answer an error as Marquez does: `errors` for 422, else `code` and `message`."""
    status = status_of(error)
    body: JsonObject = {"code": status, "message": str(error)}
    if isinstance(error, Unprocessable):
        body = {"errors": [error.message], **error.details}
    headers = [(k.lower().encode(), v.encode()) for k, v in headers_of(error).items()]
    return HotResponse(status, msgspec.json.encode(body), headers=headers)


async def events_of(request: HotRequest, body: bytes) -> list[bytes]:
    """Return the bytes of each event of a body, in order."""
    if is_single(body):
        return [body]
    if is_ndjson(request.headers.get(b"content-type", b"")):
        return split_lines(body)
    if len(body) > BIG_BODY_BYTES:
        return await asyncio.to_thread(split_events, body)
    return split_events(body)


def answer(outcomes: Outcomes, inspections: Sequence[Inspection]) -> HotResponse:
    """Answer what became of events: 201 while any is kept; the error where none is."""
    failures = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    if failures and len(failures) == len(outcomes):
        raise failures[0]
    warnings = _warnings(outcomes)
    if not failures and not warnings and not inspections:
        return HotResponse(CREATED, _ACCEPTED)
    body: JsonObject = {"status": "ok", "warnings": warnings}
    if failures:
        body |= {"status": "partial_success", "failed_events": _failed(outcomes)}
    if inspections:
        body["findings"] = _findings(inspections)
    return HotResponse(CREATED, msgspec.json.encode(body))


def _summary(outcomes: Outcomes, inspections: Sequence[Inspection]) -> JsonObject:
    failed = _failed(outcomes)
    retriable = sum(event["retriable"] for event in failed)
    status = "success"
    if failed:
        status = "partial_success" if len(failed) < len(outcomes) else "failure"
    summary = {
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
    return summary | {"findings": _findings(inspections)} if inspections else summary


def _findings(inspections: Sequence[Inspection]) -> list[JsonObject]:
    single = len(inspections) == 1
    return [
        finding.to_json() if single else {"index": index, **finding.to_json()}
        for index, inspection in enumerate(inspections)
        for finding in inspection.findings
    ]


def _failed(outcomes: Outcomes) -> list[JsonObject]:
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
