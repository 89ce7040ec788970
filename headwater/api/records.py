"""The doors for records: POST /ingest and POST /ingest/{source}; and POST /api/v2/seal."""

from __future__ import annotations

from typing import Annotated, Final
from urllib.parse import unquote

from fastapi import APIRouter, Query

from headwater.api.access import Reader, Runner
from headwater.api.dispatch import HotRequest, HotResponse, HotRoute
from headwater.errors import Unprocessable
from headwater.ingest.answers import write_answer
from headwater.ingest.record_door import RecordDoor
from headwater.ingest.sealing import Sealing
from headwater.lake.contract import Quarantine, Registry
from headwater.lake.manifest import SqlManifest
from headwater.model.json import JsonObject
from headwater.model.principal import Action
from headwater.model.record import Segment

ACCEPTED: Final = 202
After = Annotated[int, Query(ge=0, le=2**63 - 1, description="Begin behind this sequence.")]


def records_routes(door: RecordDoor, *, max_body_bytes: int) -> tuple[HotRoute, ...]:
    """Return the hot routes of ingest."""

    async def ingest(request: HotRequest) -> HotResponse:
        """Take records that name their source; 202 once they are durable."""
        return await _admit(door, request, None, max_body_bytes)

    async def ingest_source(request: HotRequest) -> HotResponse:
        """Take bare payloads of one source; 202 once they are durable."""
        source = unquote(request.rest, errors="surrogateescape")
        return await _admit(door, request, source, max_body_bytes)

    return (
        HotRoute(method="POST", path="/ingest", action=Action.WRITE, handle=ingest),
        HotRoute(
            method="POST", path="/ingest", action=Action.WRITE, handle=ingest_source, has_rest=True
        ),
    )


async def _admit(
    door: RecordDoor, request: HotRequest, source: str | None, max_body_bytes: int
) -> HotResponse:
    body = await request.body(max_body_bytes)
    sent = request.headers.get(b"idempotency-key")
    key = None if sent is None else sent.decode("latin-1")
    admission = await door.admit(body, request.principal, source=source, key=key)
    return HotResponse(ACCEPTED, write_answer(admission))


def sources_router(
    *, manifest: SqlManifest, registry: Registry, quarantine: Quarantine, sealing: Sealing
) -> APIRouter:
    """Return the routes about sources and about sealing."""
    router = APIRouter(prefix="/api/v2", tags=["records"])

    @router.get("/sources")
    def list_sources(_: Reader) -> JsonObject:
        """List every source that has records or a schema, with its counts."""
        totals = {total.source: total for total in manifest.totals()}
        latest = {schema.source: schema for schema in registry.find()}
        sources = []
        for name in sorted(totals.keys() | latest.keys()):
            total, schema = totals.get(name), latest.get(name)
            sources.append(
                {
                    "source": name,
                    "records": total.records if total else 0,
                    "size_bytes": total.size_bytes if total else 0,
                    "segments": total.segments if total else 0,
                    "first_at": total.first_at if total else None,
                    "last_at": total.last_at if total else None,
                    "schema_version": schema.version if schema else None,
                    "schema_proposed": schema.proposed if schema else None,
                    "quarantined": quarantine.count(name),
                }
            )
        return {"sources": sources}

    @router.get("/segments")
    def list_segments(
        _: Reader, source: str | None = None, after: After = 0, limit: int = 100
    ) -> JsonObject:
        """List sealed files of the raw zone, in the order in which jobs read them."""
        if not 0 < limit <= 1000:
            raise Unprocessable(f"limit is {limit}, not 1 to 1000", path="/limit")
        found = manifest.page(source=source, after=after, limit=limit)
        return {"segments": [_segment(segment) for segment in found]}

    @router.post("/seal")
    def seal(_: Runner) -> JsonObject:
        """Seal the log now: what was acknowledged before is in the raw zone after."""
        return {"segments": [_segment(segment) for segment in sealing.seal()]}

    return router


def _segment(segment: Segment) -> JsonObject:
    return {
        "sequence": segment.sequence,
        "source": segment.source,
        "path": segment.path,
        "records": segment.records,
        "size_bytes": segment.size_bytes,
        "sha256": segment.sha256,
        "first_at": segment.first_at,
        "last_at": segment.last_at,
    }
