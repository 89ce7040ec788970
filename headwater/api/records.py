"""The doors for records: POST /ingest and POST /ingest/{source}; and POST /api/v2/seal."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import unquote

from fastapi import APIRouter

from headwater.api.access import Reader, Runner
from headwater.api.dispatch import HotRequest, HotResponse, HotRoute
from headwater.errors import Unprocessable
from headwater.ingest.answers import write_answer
from headwater.ingest.record_door import RecordDoor
from headwater.ingest.sealing import Sealing
from headwater.lake.contract import Manifest, Quarantine, Registry
from headwater.model.principal import Action

ACCEPTED: Final = 202


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
    *, manifest: Manifest, registry: Registry, quarantine: Quarantine, sealing: Sealing
) -> APIRouter:
    """Return the routes about sources and about sealing."""
    router = APIRouter(prefix="/api/v2", tags=["records"])

    @router.get("/sources")
    def list_sources(_: Reader) -> dict[str, Any]:
        """List every source that has records or a schema, with its counts."""
        segments = manifest.find()
        latest = {schema.source: schema for schema in registry.find()}
        names = sorted({segment.source for segment in segments} | set(latest))
        sources = []
        for name in names:
            own = [segment for segment in segments if segment.source == name]
            schema = latest.get(name)
            sources.append(
                {
                    "source": name,
                    "records": sum(segment.records for segment in own),
                    "size_bytes": sum(segment.size_bytes for segment in own),
                    "segments": len(own),
                    "first_at": min((s.first_at for s in own), default=None),
                    "last_at": max((s.last_at for s in own), default=None),
                    "schema_version": schema.version if schema else None,
                    "schema_proposed": schema.proposed if schema else None,
                    "quarantined": quarantine.count(name),
                }
            )
        return {"sources": sources}

    @router.get("/segments")
    def list_segments(
        _: Reader, source: str | None = None, after: int = 0, limit: int = 100
    ) -> dict[str, Any]:
        """List sealed files of the raw zone, in the order in which jobs read them."""
        if not 0 < limit <= 1000:
            raise Unprocessable(f"limit is {limit}, not 1 to 1000", path="/limit")
        found = manifest.find(source=source, after=after)[:limit]
        return {"segments": [_segment(segment) for segment in found]}

    @router.post("/seal")
    def seal(_: Runner) -> dict[str, Any]:
        """Seal the log now: what was acknowledged before is in the raw zone after."""
        return {"segments": [_segment(segment) for segment in sealing.seal()]}

    return router


def _segment(segment: Any) -> dict[str, Any]:
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
