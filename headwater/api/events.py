"""The log of lineage, out and in: /api/v2/events."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from msgspec.structs import replace

from headwater.api.access import Administrator, Reader
from headwater.api.bodies import read_body
from headwater.clock import Clock
from headwater.errors import HeadwaterError, Invalid
from headwater.ingest.events import EventDoor
from headwater.lineage.contract import Applied, Arrival
from headwater.lineage.reading.view import LineageReads
from headwater.model.principal import Principal
from headwater.wire.openlineage.bodies import is_ndjson, split_events, split_lines
from headwater.wire.openlineage.entries import read_entry

Json = dict[str, object]

NDJSON = "application/x-ndjson"
_PAGE = 500


def events_router(
    reads: LineageReads, door: EventDoor, *, clock: Clock, max_body_bytes: int
) -> APIRouter:
    """Return the routes of export and import."""
    router = APIRouter(prefix="/api/v2/events", tags=["lineage"])

    @router.get("", response_class=Response)
    def export(
        _: Reader,
        after: Annotated[int, Query(ge=0, description="Only what has a greater sequence.")] = 0,
        limit: Annotated[int | None, Query(ge=1, description="How many at most.")] = None,
        bare: Annotated[
            bool, Query(description="Only events, without sequence, arrival and sender.")
        ] = False,
    ) -> Response:
        """Stream the log as lines of JSON in the order of commit; commands only if not `bare`."""
        lines = _lines(reads, after, limit, bare=bare)
        return StreamingResponse(lines, media_type=NDJSON)

    @router.get("/count")
    def count(_: Reader, after: Annotated[int, Query(ge=0)] = 0) -> Json:
        """Count the entries of the log behind a sequence."""
        with reads.view() as view:
            return {"entries": view.entries.count(after=after)}

    @router.post("/import")
    async def take(principal: Administrator, request: Request) -> Json:
        """Take lines of an export, or events, in their order; one request is one transaction."""
        encoding = request.headers.get("content-encoding")
        body = await read_body(
            request.receive,
            encoding=None if encoding is None else encoding.encode("latin-1"),
            most_bytes=max_body_bytes,
        )
        is_lines = is_ndjson(request.headers.get("content-type", "").encode("latin-1"))
        lines = split_lines(body) if is_lines else split_events(body)
        return await asyncio.to_thread(_import, door, clock, lines, principal)

    return router


def _lines(reads: LineageReads, after: int, limit: int | None, *, bare: bool) -> Iterator[bytes]:
    left = limit
    while left is None or left > 0:
        with reads.view() as view:
            page = view.entries.page(after=after, limit=min(_PAGE, left or _PAGE))
        if not page:
            return
        after = page[-1].sequence or after
        left = None if left is None else left - len(page)
        if bare:
            found = [entry.body for entry in page if not entry.is_command]
        else:
            found = [entry.to_line() for entry in page]
        yield b"".join(line + b"\n" for line in found)


def _import(door: EventDoor, clock: Clock, lines: Sequence[bytes], principal: Principal) -> Json:
    now = clock.now()
    arrivals = [
        _arrival(line, Arrival(body=line, principal=principal, received_at=now)) for line in lines
    ]
    outcomes = door.restore(arrivals)
    failed = [
        {"index": index, "reason": str(outcome), "path": getattr(outcome, "path", None)}
        for index, outcome in enumerate(outcomes)
        if isinstance(outcome, HeadwaterError)
    ]
    for outcome in outcomes:
        if isinstance(outcome, Exception) and not isinstance(outcome, HeadwaterError):
            raise outcome
    new = sum(isinstance(outcome, Applied) and outcome.is_new for outcome in outcomes)
    return {
        "received": len(outcomes),
        "new": new,
        "known": len(outcomes) - new - len(failed),
        "failed": failed,
    }


def _arrival(line: bytes, now: Arrival) -> Arrival:
    """Return the arrival that a line tells of; `now` is one that tells nothing."""
    try:
        entry = read_entry(line)
    except Invalid as error:
        return replace(now, refusal=error)
    who = now.principal
    if entry.principal is not None:
        who = Principal(name=entry.principal, actions=frozenset())
    return Arrival(
        body=entry.body,
        principal=who,
        received_at=entry.received_at or now.received_at,
        is_command=entry.is_command,
    )
