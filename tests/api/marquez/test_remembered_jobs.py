"""Answers that are remembered are those that somebody who remembers nothing would give."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from headwater.api.application import create_application
from headwater.api.marquez.router import marquez_router
from headwater.lineage.reading.view import LineageReads
from tests.api.marquez.conftest import Everybody, make_event, parent_facet


def fresh(server: Any, target: str) -> Any:
    reads = LineageReads(server.log.engine)
    application = create_application(access=Everybody(), routers=[marquez_router(reads)], hot=[])

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=application)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            return await client.get(target)

    return asyncio.run(ask()).json()


def test_jobs_are_as_they_are_after_every_event_and_command(server: Any) -> None:
    def at(minute: int) -> str:
        return f"2026-03-01T08:{minute:02d}:00Z"

    steps: list[Any] = [
        make_event("START", job="a", run=1, at=at(1), inputs=("x",), outputs=("y",)),
        make_event(job="a", run=1, at=at(5), inputs=("x",), outputs=("y",)),
        make_event(job="b", run=2, at=at(9), inputs=("y",), outputs=("z",)),
        # late: what b read was written again before it began
        make_event(job="c", run=3, at=at(7), outputs=("y",)),
        make_event(job="b", run=4, at=at(10), inputs=("y",), run_facets=parent_facet("p", 9)),
        # the parent gets a parent, which renames b
        make_event(job="p", run=9, at=at(11), run_facets=parent_facet("top", 10)),
        ("DELETE", "/api/v1/namespaces/ns/datasets/y"),
        # another job brings y back
        make_event(job="d", run=5, at=at(12), inputs=("y",)),
        ("POST", "/api/v1/namespaces/ns/jobs/a/tags/gold"),
        make_event("FAIL", job="a", run=6, at=at(13), inputs=("x",)),
        ("DELETE", "/api/v1/namespaces/ns/jobs/c"),
        ("DELETE", "/api/v1/namespaces/ns"),
        make_event(job="a", run=7, at=at(14), inputs=("x",)),
    ]
    for step in steps:
        if isinstance(step, tuple):
            assert server.send(*step).status_code == 200
        else:
            server.post(step)
        for target in ("/api/v1/jobs", "/api/v1/namespaces/ns/jobs?limit=2"):
            assert server.get(target).json() == fresh(server, target), step
            assert server.get(target).json() == fresh(server, target), step
