"""The stream of changes."""

from __future__ import annotations

import asyncio
import json

import pytest

from headwater.api import live as module
from headwater.api.live import Live
from headwater.errors import Busy


async def _next(stream) -> tuple[str, dict[str, float]]:
    while True:
        sent = (await asyncio.wait_for(anext(stream), timeout=60)).decode()
        if sent.startswith("event: "):
            name, data = sent.removeprefix("event: ").split("\ndata: ")
            return name, json.loads(data)


def test_a_listener_hears_of_the_topics_that_changed_and_of_no_others():
    numbers = {"lineage": 1.0, "records": 5.0}
    live = Live({name: lambda name=name: numbers[name] for name in numbers}, pause_seconds=0.01)

    async def listen():
        stream = live.listen()
        hello = await _next(stream)
        numbers["records"] = 7.0
        return hello, await _next(stream)

    hello, change = asyncio.run(listen())
    assert hello == ("hello", {"lineage": 1.0, "records": 5.0})
    assert change == ("change", {"records": 7.0})


def test_closing_ends_every_stream():
    live = Live({}, pause_seconds=0.01)

    async def listen():
        stream = live.listen()
        await _next(stream)
        live.close()
        return [sent async for sent in stream]

    assert asyncio.run(listen()) == []


def test_many_listeners_share_one_look_at_the_topics():
    asked = []
    live = Live(
        {"lineage": lambda: float(len(asked.append(1) or asked) > 10**9)}, pause_seconds=3600
    )

    async def listen():
        streams = [live.listen() for _ in range(20)]
        for stream in streams:
            await _next(stream)
        for stream in streams:
            await stream.aclose()

    asyncio.run(listen())
    assert len(asked) == 1


def test_too_many_listeners_are_asked_to_come_later(monkeypatch):
    monkeypatch.setattr(module, "_MOST_LISTENERS", 1)
    live = Live({}, pause_seconds=0.01)

    async def listen():
        stream = live.listen()
        await _next(stream)
        with pytest.raises(Busy, match="1 pages listen already"):
            live.listen()
        await stream.aclose()
        await _next(live.listen())

    asyncio.run(listen())
