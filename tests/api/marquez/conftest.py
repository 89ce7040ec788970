from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from headwater.api.application import create_application
from headwater.api.lineage import lineage_router
from headwater.api.marquez.router import marquez_router
from headwater.api.marquez.writes import marquez_writes_router
from headwater.app.platform import Platform
from headwater.clock import ManualClock
from headwater.config import load_settings
from headwater.ingest.events import EventDoor
from headwater.lineage.contract import Applied, Arrival
from headwater.lineage.log import SqlLineage
from headwater.lineage.reading.view import LineageReads
from headwater.model.principal import LOCAL, Action, Principal
from tests.lineage_stores import LineageBackend

NOW = datetime(2026, 11, 21, 2, 29, tzinfo=UTC)


class Everybody:
    """Lets everybody in."""

    def identify(self, authorization: str | None) -> Principal:
        return LOCAL

    def authorize(self, principal: Principal, action: Action, resource: str) -> None:
        return None


@dataclass
class Server:
    """The application over one lineage store, without sockets."""

    log: SqlLineage
    application: Any

    def post(self, *events: Any) -> None:
        bodies = [e if isinstance(e, bytes) else json.dumps(e).encode() for e in events]
        arrivals = [Arrival(body=body, principal=LOCAL, received_at=NOW) for body in bodies]
        for outcome in self.log.apply(arrivals):
            assert isinstance(outcome, Applied), outcome

    def get(self, target: str, **query: Any) -> httpx.Response:
        return self.send("GET", target, params=query or None)

    def send(self, method: str, target: str, **more: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.application)
            async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
                return await client.request(method, target, **more)

        return asyncio.run(ask())


@pytest.fixture
def server(lineage_backend: LineageBackend) -> Iterator[Server]:
    log = lineage_backend.open()
    reads = LineageReads(log.engine)
    door = EventDoor(log, clock=ManualClock(NOW))
    application = create_application(
        access=Everybody(),
        routers=[
            marquez_writes_router(reads, door),
            marquez_router(reads, clock=ManualClock(NOW)),
            lineage_router(reads),
        ],
        hot=[],
    )
    yield Server(log, application)
    door.close()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., httpx.Response]]:
    """Return what asks the whole platform: (method, target, ...) to an answer."""
    settings = load_settings(data=tmp_path_factory.mktemp("whole"))
    with Platform.open(settings, clock=ManualClock(NOW)) as platform:

        def send(method: str, target: str, **more: Any) -> httpx.Response:
            async def exchange() -> httpx.Response:
                transport = httpx.ASGITransport(app=platform.application)
                async with httpx.AsyncClient(transport=transport, base_url="http://h") as client:
                    return await client.request(method, target, **more)

            return asyncio.run(exchange())

        yield send


def make_event(
    type_: str = "COMPLETE",
    *,
    job: str = "j",
    run: int = 1,
    at: str = "2026-03-01T08:00:00Z",
    inputs: tuple[Any, ...] = (),
    outputs: tuple[Any, ...] = (),
    run_facets: dict[str, Any] | None = None,
    job_facets: dict[str, Any] | None = None,
) -> dict[str, Any]:
    def named(datasets: tuple[Any, ...]) -> list[dict[str, Any]]:
        return [{"namespace": "ns", "name": d} if isinstance(d, str) else d for d in datasets]

    return {
        "eventType": type_,
        "eventTime": at,
        "producer": "urn:test",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": run_id(run), "facets": run_facets or {}},
        "job": {"namespace": "ns", "name": job, "facets": job_facets or {}},
        "inputs": named(inputs),
        "outputs": named(outputs),
    }


def run_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def parent_facet(job: str, run: int) -> dict[str, Any]:
    return {"parent": {"run": {"runId": run_id(run)}, "job": {"namespace": "ns", "name": job}}}


@pytest.fixture
def event() -> Any:
    return make_event
