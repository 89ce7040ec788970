"""Is it alive, is it well, what has it done: /ping, /healthcheck, /api/v1/health, /metrics."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse

from headwater import metrics, observe
from headwater.api.access import Reader
from headwater.errors import HeadwaterError
from headwater.model.json import JsonObject
from headwater.version import __version__


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the platform that has a state.

    `probe` returns a word such as `ready` or `idle` at once, or raises the error that keeps
    the part from working. When a part that `is_needed_to_acknowledge` fails, the platform
    takes no writes, and health answers 503.
    """

    name: str
    probe: Callable[[], str]
    is_needed_to_acknowledge: bool = False


def health_router(parts: Sequence[Part]) -> APIRouter:
    """Return the routes that watch the platform; health and ping are open to everyone."""
    router = APIRouter(tags=["health"])

    @router.get("/ping", response_class=PlainTextResponse)
    def ping() -> str:
        """Answer as long as the process serves requests at all."""
        return "pong\n"

    @router.get("/api/v1/health")
    def health() -> JSONResponse:
        """Report each part; 503 when a write could not be acknowledged."""
        return _report(parts)

    @router.get("/healthcheck")
    def healthcheck() -> JSONResponse:
        """Report each part as Marquez's admin port does; 500 when one does not work."""
        report = _checks(parts)
        is_well = all(part["healthy"] for part in report.values())
        return JSONResponse(report, 200 if is_well else 500)

    @router.get("/v2beta/metrics", include_in_schema=False)
    @router.get("/metrics")
    def openmetrics(_: Reader) -> PlainTextResponse:
        """Return every metric in the OpenMetrics text format."""
        text = metrics.to_text(observe.metrics())
        return PlainTextResponse(text, media_type=metrics.CONTENT_TYPE)

    return router


def _checks(parts: Sequence[Part]) -> dict[str, JsonObject]:
    found: dict[str, JsonObject] = {}
    for part in parts:
        try:
            found[part.name] = {"healthy": True, "message": part.probe()}
        except HeadwaterError as error:
            found[part.name] = {"healthy": False, "message": str(error)}
    return found


def _report(parts: Sequence[Part]) -> JSONResponse:
    states: dict[str, str] = {}
    failed: JsonObject = {}
    takes_writes = True
    for part in parts:
        try:
            states[part.name] = part.probe()
        except HeadwaterError as error:
            states[part.name] = "failed"
            failed[part.name] = str(error)
            takes_writes = takes_writes and not part.is_needed_to_acknowledge
    status = "ok" if not failed else "degraded" if takes_writes else "failed"
    body: JsonObject = {"status": status, "version": __version__, "parts": states}
    if failed:
        body["reasons"] = failed
    headers = None if takes_writes else {"Retry-After": "5"}
    return JSONResponse(body, 200 if takes_writes else 503, headers)
