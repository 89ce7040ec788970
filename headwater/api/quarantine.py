"""The quarantine: read, fix and replay records under /api/v2/quarantine."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request

from headwater.api.access import Reader, Writer
from headwater.api.bodies import read_request
from headwater.api.shapes.ingest import (
    QuarantinedLine,
    QuarantinedList,
    QuarantineReasons,
    RecordSent,
    RecordsSent,
)
from headwater.errors import Unprocessable
from headwater.ingest.replays import MOST_AT_ONCE, Replays
from headwater.lake.quarantine import SqlQuarantine
from headwater.model.record import QuarantinedRecord
from headwater.query.quarantine_reasons import reasons_of, records_for


def quarantine_router(
    quarantine: SqlQuarantine, replays: Replays, *, max_body_bytes: int
) -> APIRouter:
    """Return the routes of the quarantine."""
    router = APIRouter(prefix="/api/v2/quarantine", tags=["quarantine"])

    @router.get("")
    def list_records(
        _: Reader,
        source: str | None = None,
        after: str = "",
        limit: int = 100,
        replayed: bool = False,
        reason: Annotated[str | None, Query(description="A reason by its id.")] = None,
    ) -> QuarantinedList:
        """List waiting records by key, with `replayed` the others too; `next` is the next page."""
        if not 0 < limit <= MOST_AT_ONCE:
            raise Unprocessable(f"limit is {limit}, not 1 to {MOST_AT_ONCE}", path="/limit")
        if reason is not None:
            chosen, after_them = records_for(
                quarantine, reason, source=source, after=after, limit=limit
            )
            return {
                "waiting": quarantine.count(source),
                "records": [_described(record) for record in chosen],
                "next": after_them,
            }
        find = quarantine.find if replayed else quarantine.find_waiting
        found = find(source=source, after=after, limit=limit + 1)
        page = found[:limit]
        return {
            "waiting": quarantine.count(source),
            "records": [_described(record) for record in page],
            "next": page[-1].key if len(found) > limit else None,
        }

    @router.get("/reasons")
    def list_reasons(_: Reader, source: str | None = None) -> QuarantineReasons:
        """Say why records wait, the commonest reason first."""
        found = reasons_of(quarantine, source)
        return {
            "waiting": quarantine.count(source),
            "looked_at": found.looked_at,
            "partial": found.is_partial,
            "reasons": [
                {
                    "id": one.id,
                    "source": one.source,
                    "stage": one.stage,
                    "path": one.path,
                    "pattern": one.pattern,
                    "records": one.records,
                    "first_at": one.first_at,
                    "last_at": one.last_at,
                }
                for one in found.reasons
            ],
        }

    @router.get("/record")
    def get_record(_: Reader, key: str) -> QuarantinedLine:
        """Return one record with its reason and its data as sent."""
        return _described(quarantine.get(key))

    @router.post("/replay", status_code=202)
    def replay_record(principal: Writer, key: str) -> RecordSent:
        """Send a record in again as it is, for instance after its schema changed."""
        admission = replays.replay(key, principal)
        return {"key": key, "id": admission.ids[0]}

    @router.post("/fix", status_code=202)
    async def fix_record(principal: Writer, key: str, request: Request) -> RecordSent:
        """Send a record in with the body of this request in place of its data."""
        headers = dict(request.scope["headers"])
        data = await read_request(headers, request.receive, most_bytes=max_body_bytes)
        admission = await asyncio.to_thread(replays.replay, key, principal, data=data)
        return {"key": key, "id": admission.ids[0]}

    @router.post("/replay-all", status_code=202)
    def replay_all(
        principal: Writer,
        source: str | None = None,
        after: str = "",
        limit: int = MOST_AT_ONCE,
        reason: Annotated[str | None, Query(description="A reason by its id.")] = None,
    ) -> RecordsSent:
        """Send waiting records in again; `next` is where to go on."""
        if not 0 < limit <= MOST_AT_ONCE:
            raise Unprocessable(f"limit is {limit}, not 1 to {MOST_AT_ONCE}", path="/limit")
        if reason is None:
            found = quarantine.find_waiting(source=source, after=after, limit=limit)
            following = found[-1].key if len(found) == limit else None
        else:
            chosen, following = records_for(
                quarantine, reason, source=source, after=after, limit=limit
            )
            found = tuple(chosen)
        tried, admission = replays.replay_all([record.key for record in found], principal)
        return {
            "accepted": admission.accepted,
            "rejected": len(admission.errors),
            "errors": [
                {"key": tried[e.index].key, "path": e.path, "reason": e.reason}
                for e in admission.errors
            ],
            "next": following,
        }

    return router


def _described(record: QuarantinedRecord) -> QuarantinedLine:
    return {
        "key": record.key,
        "source": record.source,
        "stage": record.stage,
        "received_at": record.received_at,
        "path": record.path,
        "reason": record.reason,
        "data": record.data.decode(errors="replace"),
        "replayed_at": record.replayed_at,
    }
