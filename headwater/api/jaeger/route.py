"""How Jaeger's APIs answer: envelopes, and errors in the shape of each version."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import msgspec
from fastapi import Request, Response
from fastapi.routing import APIRoute

from headwater.api.problems import headers_of, status_of
from headwater.errors import HeadwaterError


class Version1Route(APIRoute):
    """A route whose errors are the first API's."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def explained(request: Request) -> Response:
            try:
                return await handle(request)
            except HeadwaterError as error:
                code = status_of(error)
                told = [{"code": code, "msg": str(error)}]
                return _json(_envelope(None, told), code, headers_of(error))

        return explained


class Version3Route(APIRoute):
    """A route whose errors are the third API's."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def explained(request: Request) -> Response:
            try:
                return await handle(request)
            except HeadwaterError as error:
                code = status_of(error)
                told = {"error": {"httpCode": code, "message": str(error)}}
                return _json(told, code, headers_of(error))

        return explained


def enveloped(data: list[Any], *, total: int = 0) -> Response:
    """Answer with data as the first API does."""
    return _json({**_envelope(data, None), "total": total})


def plain(document: object) -> Response:
    """Answer with JSON."""
    return _json(document)


def _envelope(data: object, errors: object) -> dict[str, object]:
    return {"data": data, "total": 0, "limit": 0, "offset": 0, "errors": errors}


def _json(document: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    body = msgspec.json.encode(document)
    return Response(body, status, headers=headers, media_type="application/json")
