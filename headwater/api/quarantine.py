"""The quarantine: read, fix and replay records under /api/v2/quarantine."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request

from headwater.api.access import Reader, Writer
from headwater.api.bodies import read_body
from headwater.errors import Unprocessable
from headwater.ingest.replays import MOST_AT_ONCE, Replays
from headwater.lake.quarantine import SqlQuarantine
from headwater.model.json import JsonObject
from headwater.model.record import QuarantinedRecord


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
    ) -> JsonObject:
        """List waiting records by key, with `replayed` the others too; `next` is the next page."""
        if not 0 < limit <= MOST_AT_ONCE:
            raise Unprocessable(f"limit is {limit}, not 1 to {MOST_AT_ONCE}", path="/limit")
        find = quarantine.find if replayed else quarantine.find_waiting
        found = find(source=source, after=after, limit=limit + 1)
        page = found[:limit]
        return {
            "waiting": quarantine.count(source),
            "records": [_described(record) for record in page],
            "next": page[-1].key if len(found) > limit else None,
        }

    @router.get("/record")
    def get_record(_: Reader, key: str) -> JsonObject:
        """Return one record with its reason and its data as sent."""
        return _described(quarantine.get(key))

    @router.post("/replay", status_code=202)
    def replay_record(principal: Writer, key: str) -> JsonObject:
        """Send a record in again as it is, for instance after its schema changed."""
        admission = replays.replay(key, principal)
        return {"key": key, "id": admission.ids[0]}

    @router.post("/fix", status_code=202)
    async def fix_record(principal: Writer, key: str, request: Request) -> JsonObject:
        """Send a record in with the body of this request in place of its data."""
        encoding = request.headers.get("content-encoding")
        data = await read_body(
            request.receive,
            encoding=None if encoding is None else encoding.encode("latin-1"),
            most_bytes=max_body_bytes,
        )
        admission = await asyncio.to_thread(replays.replay, key, principal, data=data)
        return {"key": key, "id": admission.ids[0]}

    @router.post("/replay-all", status_code=202)
    def replay_all(
        principal: Writer, source: str | None = None, after: str = "", limit: int = MOST_AT_ONCE
    ) -> JsonObject:
        """Send waiting records in again; `next` is where to go on."""
        if not 0 < limit <= MOST_AT_ONCE:
            raise Unprocessable(f"limit is {limit}, not 1 to {MOST_AT_ONCE}", path="/limit")
        found = quarantine.find_waiting(source=source, after=after, limit=limit)
        tried, admission = replays.replay_all([record.key for record in found], principal)
        return {
            "accepted": admission.accepted,
            "rejected": len(admission.errors),
            "errors": [
                {"key": tried[e.index].key, "path": e.path, "reason": e.reason}
                for e in admission.errors
            ],
            "next": found[-1].key if len(found) == limit else None,
        }

    return router


def _described(record: QuarantinedRecord) -> JsonObject:
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
