"""The log of lineage, out and in: /api/v2/events."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from msgspec.structs import replace
from pydantic import Field

from headwater.api.access import Administrator, Reader
from headwater.api.bodies import read_request
from headwater.api.conformance import finding_json
from headwater.api.marquez.route import answer
from headwater.api.shapes import answers
from headwater.api.shapes.events import EventDetail, EventLineShape, EventPage
from headwater.api.shapes.names import EntityName
from headwater.api.windows import moment_of
from headwater.clock import Clock
from headwater.errors import HeadwaterError, Invalid
from headwater.ingest.events import EventDoor
from headwater.lineage.commands import Command
from headwater.lineage.contract import Applied, Arrival
from headwater.lineage.reading.view import LineageReads
from headwater.model.lineage import Moment, Name
from headwater.model.principal import Principal
from headwater.query.event_log import EventKind, EventLine, EventLog, EventWish, Order
from headwater.wire.openlineage.bodies import is_ndjson, split_events, split_lines
from headwater.wire.openlineage.entries import read_entry

Json = dict[str, object]

NDJSON = "application/x-ndjson"
_PAGE = 500

Sequenced = Annotated[int, Field(ge=0, le=(1 << 63) - 1)]
"""A place in the log, as the database counts it."""


def events_router(
    reads: LineageReads, door: EventDoor, *, clock: Clock, max_body_bytes: int
) -> APIRouter:
    """Return the routes of export and import."""
    router = APIRouter(prefix="/api/v2/events", tags=["lineage"])
    log = EventLog(reads)

    @router.get("", response_class=Response)
    def export(
        _: Reader,
        after: Annotated[Sequenced, Query(description="Only what has a greater sequence.")] = 0,
        limit: Annotated[int | None, Query(ge=1, description="How many at most.")] = None,
        bare: Annotated[
            bool, Query(description="Only events, without sequence, arrival and sender.")
        ] = False,
    ) -> Response:
        """Stream the log as lines of JSON in the order of commit; commands only if not `bare`."""
        lines = _lines(reads, after, limit, bare=bare)
        return StreamingResponse(lines, media_type=NDJSON)

    @router.get("/count")
    def count(_: Reader, after: Sequenced = 0) -> Json:
        """Count the entries of the log behind a sequence."""
        with reads.view() as view:
            return {"entries": view.entries.count(after=after)}

    @router.get("/page", responses=answers(EventPage))
    def find(
        _: Reader,
        kind: Annotated[EventKind | None, Query(description="What events are about.")] = None,
        type: Annotated[str | None, Query(description="START, COMPLETE, FAIL and so on.")] = None,
        job: Annotated[str | None, Query(description="Words of a job's name.")] = None,
        producer: Annotated[str | None, Query(description="The producer, as it is sent.")] = None,
        since: Annotated[datetime | None, Query(description="By event time.")] = None,
        until: Annotated[datetime | None, Query(description="By event time.")] = None,
        order: Annotated[Order, Query(description="By sequence.")] = "newest",
        after: Annotated[Sequenced | None, Query(description="Go on where `next` said.")] = None,
        limit: Annotated[int, Query(ge=1, le=200, description="How many at most.")] = 50,
    ) -> Response:
        """Return a page of the log, each event with how much is off in it."""
        wish = EventWish(
            kind=kind,
            type=type,
            job=job,
            producer=producer,
            since=_moment(since, "since"),
            until=_moment(until, "until"),
            order=order,
        )
        found = log.find(wish, after=after, limit=limit)
        page: EventPage = {
            "events": [_line_json(line) for line in found.lines],
            "next": found.next,
            "partial": found.is_partial,
        }
        return answer(page)

    @router.get("/entry", responses=answers(EventDetail))
    def get(
        _: Reader, sequence: Annotated[Sequenced, Query(description="Which one of the log.")]
    ) -> Response:
        """Return one event as it was sent, and what the published schemas say of it."""
        line, findings = log.get(sequence)
        detail: EventDetail = {
            "event": _line_json(line),
            "findings": [finding_json(one) for one in findings],
            "body": line.entry.body.decode("utf-8", "replace"),
        }
        return answer(detail)

    @router.post("/cut")
    def cut(
        principal: Administrator,
        before: Annotated[datetime, Query(description="Older events may go, by event time.")],
        trial: Annotated[bool, Query(description="Only count.")] = False,
    ) -> Json:
        """Blank old events on which nothing that counts now depends, for good."""
        time = moment_of(before, "before")
        command = Command(verb="cut", entity="log", values={"before": time.to_text()})
        found = door.erase(command, principal=principal, is_trial=trial)
        return {"before": time.to_text(), "entries": found.entries, "trial": trial}

    @router.post("/import")
    async def take(principal: Administrator, request: Request) -> Json:
        """Take lines of an export, or events, in their order; one request is one transaction."""
        headers = dict(request.scope["headers"])
        body = await read_request(headers, request.receive, most_bytes=max_body_bytes)
        is_lines = is_ndjson(request.headers.get("content-type", "").encode("latin-1"))
        lines = split_lines(body) if is_lines else split_events(body)
        return await asyncio.to_thread(_import, door, clock, lines, principal)

    return router


def _moment(time: datetime | None, name: str) -> Moment | None:
    return None if time is None else moment_of(time, name)


def _line_json(line: EventLine) -> EventLineShape:
    entry = line.entry
    return {
        "sequence": entry.sequence,
        "kind": line.kind,
        "type": line.type,
        "time": line.time,
        "received_at": entry.received_at,
        "principal": entry.principal,
        "producer": line.producer,
        "job": _name_json(line.job),
        "dataset": _name_json(line.dataset),
        "run": entry.run,
        "inputs": line.inputs,
        "outputs": line.outputs,
        "size_bytes": len(entry.body),
        "errors": line.errors,
        "warnings": line.warnings,
    }


def _name_json(name: Name | None) -> EntityName | None:
    return None if name is None else {"namespace": name.namespace, "name": name.name}


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
