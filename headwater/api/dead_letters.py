"""Dead letters: refused events, read, corrected and sent in again under /api/v2/dead-letters."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from headwater.api.access import Administrator, Reader, Writer
from headwater.api.bodies import read_request
from headwater.api.conformance import finding_json
from headwater.api.shapes.events import (
    RefusedDetail,
    RefusedGone,
    RefusedLine,
    RefusedList,
    RefusedSent,
    RefusedSentAll,
)
from headwater.ingest.dead_letters import MOST_AT_ONCE, DeadLetterReplays
from headwater.lineage.contract import Applied
from headwater.lineage.reading.dead_letters import cursor_of
from headwater.lineage.reading.view import LineageReads
from headwater.model.dead_letter import RefusedEvent
from headwater.wire.openlineage.conformance.inspector import inspect

Key = Annotated[str, Query(description="The key of the dead letter.")]
After = Annotated[str | None, Query(description="Go on where `next` said.")]
Limit = Annotated[int, Query(ge=1, le=MOST_AT_ONCE, description="How many at most.")]


def dead_letters_router(
    reads: LineageReads, replays: DeadLetterReplays, *, max_body_bytes: int
) -> APIRouter:
    """Return the routes of the dead-letter store."""
    router = APIRouter(prefix="/api/v2/dead-letters", tags=["lineage"])

    def find(key: str) -> RefusedEvent:
        with reads.view() as view:
            return view.dead_letters.get(key)

    @router.get("")
    def list_refused(_: Reader, after: After = None, limit: Limit = 100) -> RefusedList:
        """List refused events, the latest first; `next` is the next page, `dropped` those lost."""
        with reads.view() as view:
            letters = view.dead_letters
            found = letters.find(after=after, limit=limit + 1)
            waiting, dropped = letters.count(), letters.dropped()
        return {
            "waiting": waiting,
            "dropped": dropped,
            "dead_letters": [_listed(each) for each in found[:limit]],
            "next": cursor_of(found[limit - 1]) if len(found) > limit else None,
        }

    @router.get("/record")
    def get_refused(_: Reader, key: Key) -> RefusedDetail:
        """Return one refused event with its body as text and what the schemas say of it."""
        refused = find(key)
        findings = [finding_json(f) for f in inspect(refused.body).findings if f.rule != "refused"]
        body = refused.body.decode(errors="replace")
        return {**_listed(refused), "whole": refused.is_whole, "findings": findings, "body": body}

    @router.get("/body", response_class=Response)
    def get_body(_: Reader, key: Key) -> Response:
        """Return the bytes of one refused event."""
        return Response(find(key).body, media_type="application/octet-stream")

    @router.post("/replay")
    def replay(principal: Writer, key: Key) -> RefusedSent:
        """Send one in again as it is; strict validation, if that refused it, is not asked again."""
        return _applied(key, replays.replay(find(key), principal))

    @router.post("/replay-all")
    def replay_all(
        principal: Writer, after: After = None, limit: Limit = MOST_AT_ONCE
    ) -> RefusedSentAll:
        """Send many in again as they are; `next` is where to go on."""
        with reads.view() as view:
            found = view.dead_letters.find(after=after, limit=limit)
        done = replays.replay_all(found, principal)
        return {
            "accepted": done.accepted,
            "rejected": len(done.errors),
            "errors": [{"key": key, "reason": error.message} for key, error in done.errors],
            "next": cursor_of(found[-1]) if len(found) == limit else None,
        }

    @router.post("/fix")
    async def fix(principal: Writer, key: Key, request: Request) -> RefusedSent:
        """Send the body of this request in in its place."""
        headers = dict(request.scope["headers"])
        body = await read_request(headers, request.receive, most_bytes=max_body_bytes)
        refused = await asyncio.to_thread(find, key)
        return _applied(key, await asyncio.to_thread(replays.fix, refused, body, principal))

    @router.delete("")
    def delete(_: Administrator, key: Key) -> RefusedGone:
        """Remove one for good."""
        replays.discard(find(key))
        return {"key": key}

    return router


def _listed(refused: RefusedEvent) -> RefusedLine:
    return {
        "key": refused.key,
        "received_at": refused.received_at,
        "principal": refused.principal,
        "path": refused.path,
        "reason": refused.reason,
        "bytes": len(refused.body),
    }


def _applied(key: str, applied: Applied) -> RefusedSent:
    return {
        "key": key,
        "hash": applied.hash,
        "new": applied.is_new,
        "warnings": [*applied.warnings],
    }
