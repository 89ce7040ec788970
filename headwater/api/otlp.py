"""The doors for OTLP: POST /v1/traces, /v1/metrics and /v1/logs.

Answers are as the specification of OTLP/HTTP has them, in the encoding of the request: 200 with
what was not kept, `google.rpc.Status` for errors, and a small Retry-After with 503, because
senders give up ten seconds after their first try.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from headwater.api.dispatch import HotRequest, HotResponse, HotRoute
from headwater.api.problems import headers_of, status_of
from headwater.errors import HeadwaterError
from headwater.model.principal import Action
from headwater.wire.otlp.answers import write_answer, write_error
from headwater.wire.otlp.signals import JSON, PROTOBUF, Flaw, Signal

UNSUPPORTED_MEDIA_TYPE: Final = 415
_MEANINGS: Final = {
    Signal.TRACES: "Take spans of OpenTelemetry; 200 once they are durable.",
    Signal.METRICS: "Take metrics of OpenTelemetry; 200 once they are durable.",
    Signal.LOGS: "Take log records of OpenTelemetry; 200 once they are durable.",
}


class Door(Protocol):
    """What the routes need of `ingest.telemetry`."""

    async def admit(self, signal: Signal, body: bytes, media_type: str) -> Flaw | None:
        """Take a request, and return what of it was not kept."""
        ...


def otlp_routes(door: Callable[[], Awaitable[Door]], *, max_body_bytes: int) -> list[HotRoute]:
    """Return the hot routes of OTLP; `door` is asked for at the first request."""

    def route(signal: Signal) -> HotRoute:
        async def take(request: HotRequest) -> HotResponse:
            media_type = media_type_of(request.headers)
            if media_type not in (PROTOBUF, JSON):
                message = f"the type {media_type!r} is not {PROTOBUF} or {JSON}"
                return _error(UNSUPPORTED_MEDIA_TYPE, PROTOBUF, message)
            body = await request.body(max_body_bytes)
            flaw = await (await door()).admit(signal, body, media_type)
            return HotResponse(200, write_answer(signal, media_type, flaw), media_type.encode())

        take.__doc__ = _MEANINGS[signal]
        return HotRoute(
            method="POST",
            path=f"/v1/{signal}",
            action=Action.WRITE,
            handle=take,
            explain=explain_as_status,
        )

    return [route(signal) for signal in Signal]


def media_type_of(headers: dict[bytes, bytes]) -> str:
    """Return the type of a body without its parameters; protobuf where nothing is said."""
    declared = headers.get(b"content-type", PROTOBUF.encode()).decode("latin-1")
    return declared.partition(";")[0].strip().lower()


def explain_as_status(error: HeadwaterError, headers: dict[bytes, bytes]) -> HotResponse:
    """Answer an error as `google.rpc.Status` in the encoding of the request."""
    media_type = JSON if media_type_of(headers) == JSON else PROTOBUF
    response = _error(status_of(error), media_type, str(error))
    response.headers = [(k.lower().encode(), v.encode()) for k, v in headers_of(error).items()]
    return response


def _error(status: int, media_type: str, message: str) -> HotResponse:
    return HotResponse(status, write_error(media_type, message), media_type.encode())
