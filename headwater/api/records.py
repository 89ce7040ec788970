"""The doors for records: POST /ingest and POST /ingest/{source}; and POST /api/v2/seal."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final
from urllib.parse import unquote

from fastapi import APIRouter, Query

from headwater.api.access import Reader, Runner
from headwater.api.dispatch import HotRequest, HotResponse, HotRoute
from headwater.api.record_json import rate_json, schema_json, segment_json
from headwater.api.shapes.ingest import RecordRate, SegmentList, SourceDetail, SourceList
from headwater.api.sources import Sources
from headwater.errors import Unprocessable
from headwater.ingest.answers import write_answer
from headwater.ingest.record_door import RecordDoor
from headwater.ingest.sealing import Sealing
from headwater.lake.contract import Quarantine, Registry
from headwater.lake.manifest import SqlManifest
from headwater.model.principal import Action
from headwater.query.ingest_rate import IngestRate

ACCEPTED: Final = 202
_SEGMENTS_SHOWN: Final = 20
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
    *,
    manifest: SqlManifest,
    registry: Registry,
    quarantine: Quarantine,
    sealing: Sealing,
    rate: IngestRate,
    namespace: str = "headwater",
) -> APIRouter:
    """Return the routes about sources and about sealing; `namespace` is that of their tables."""
    router = APIRouter(prefix="/api/v2", tags=["records"])
    sources = Sources(manifest, registry=registry, quarantine=quarantine, rate=rate)

    @router.get("/sources")
    def list_sources(_: Reader) -> SourceList:
        """List every source that has records or a schema, with its counts."""
        return {"sources": sources.all()}

    @router.get("/sources/source")
    def get_source(_: Reader, name: str) -> SourceDetail:
        """Return a source with the versions of its schema and its latest segments."""
        versions = registry.find(name)
        return {
            "source": sources.one(name),
            "namespace": namespace,
            "tables": [f"raw.{name}", f"processed.{name}"],
            "versions": [schema_json(version) for version in reversed(versions)],
            "segments": [segment_json(one) for one in manifest.newest(name, most=_SEGMENTS_SHOWN)],
        }

    @router.get("/sources/rate")
    def get_rate(
        _: Reader,
        name: Annotated[str | None, Query(description="Of this source alone.")] = None,
        minutes: Annotated[int, Query(ge=10, le=1440, description="How far back.")] = 60,
        step: Annotated[int, Query(ge=1, le=120, description="Minutes of an interval.")] = 1,
    ) -> RecordRate:
        """Return how many records came, interval by interval, those of this moment included."""
        span = timedelta(minutes=max(minutes, step))
        return rate_json(rate.of(span, step=step * 60, source=name))

    @router.get("/segments")
    def list_segments(
        _: Reader, source: str | None = None, after: After = 0, limit: int = 100
    ) -> SegmentList:
        """List sealed files of the raw zone, in the order in which jobs read them."""
        if not 0 < limit <= 1000:
            raise Unprocessable(f"limit is {limit}, not 1 to 1000", path="/limit")
        found = manifest.page(source=source, after=after, limit=limit)
        return {"segments": [segment_json(segment) for segment in found]}

    @router.post("/seal")
    def seal(_: Runner) -> SegmentList:
        """Seal the log now: what was acknowledged before is in the raw zone after."""
        return {"segments": [segment_json(segment) for segment in sealing.seal()]}

    return router
