"""What changed, as it changes: GET /api/v2/live, a stream of server-sent events.

An event carries no data but numbers that grow with each topic; whoever shows something of a
topic asks again. So a slow reader misses nothing but moments in between, and a page needs one
connection however much it shows.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Final

import msgspec
from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from headwater.api.access import Reader
from headwater.errors import Busy

Topics = Mapping[str, Callable[[], float]]
"""A number that grows when something of the topic changes, by the topic's name."""

_PAUSE_SECONDS: Final = 1.0
_BEATS_BETWEEN_SIGNS_OF_LIFE: Final = 15
_MOST_LISTENERS: Final = 256
_RETRY_SECONDS: Final = 5


class Live:
    """Streams of changes, as many as people have pages open, until it is closed."""

    def __init__(self, topics: Topics, *, pause_seconds: float = _PAUSE_SECONDS) -> None:
        self._topics = topics
        self._pause_seconds = pause_seconds
        self._listeners = 0
        self._is_closed = False
        self._known: dict[str, float] = {}
        self._known_until = 0.0

    def close(self) -> None:
        """End every stream, so that the server need not wait for people to leave."""
        self._is_closed = True

    def listen(self) -> AsyncIterator[bytes]:
        """Return the stream of one listener; raises `Busy` when there are too many."""
        if self._listeners >= _MOST_LISTENERS:
            raise Busy(
                f"{_MOST_LISTENERS} pages listen already", retry_after_seconds=_RETRY_SECONDS
            )
        return self._stream()

    async def _stream(self) -> AsyncIterator[bytes]:
        self._listeners += 1
        try:
            before = await self._now()
            yield _event("hello", before)
            beats = 0
            while not self._is_closed:
                await asyncio.sleep(self._pause_seconds)
                after = await self._now()
                changed = {name: value for name, value in after.items() if before[name] != value}
                before, beats = after, beats + 1
                if changed:
                    yield _event("change", changed)
                elif beats % _BEATS_BETWEEN_SIGNS_OF_LIFE == 0:
                    yield b": still here\n\n"
        finally:
            self._listeners -= 1

    async def _now(self) -> dict[str, float]:
        """Ask every topic, once for all listeners of the moment."""
        moment = asyncio.get_running_loop().time()
        if moment >= self._known_until:
            self._known_until = moment + self._pause_seconds / 2
            self._known = await run_in_threadpool(self._ask)
        elif not self._known:
            return await run_in_threadpool(self._ask)
        return self._known

    def _ask(self) -> dict[str, float]:
        return {name: number() for name, number in self._topics.items()}


def _event(name: str, numbers: dict[str, float]) -> bytes:
    return f"event: {name}\ndata: {msgspec.json.encode(numbers).decode()}\n\n".encode()


def live_router(live: Live) -> APIRouter:
    """Return the route of the stream."""
    router = APIRouter(prefix="/api/v2", tags=["live"])

    @router.get("/live", response_class=StreamingResponse)
    def listen(_: Reader) -> StreamingResponse:
        """Stream which topics change, as server-sent events; asking again is the reader's part."""
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(live.listen(), media_type="text/event-stream", headers=headers)

    return router
