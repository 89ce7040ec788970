from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from headwater.lineage.contract import Applied, Arrival
from headwater.lineage.log import SqlLineage
from headwater.model.principal import LOCAL
from tests.lineage_stores import LineageBackend, ask, events_of

PRODUCERS = Path(__file__).parents[1] / "payloads" / "producers"
NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Request:
    file: str
    path: str
    headers: dict[str, str]
    body: bytes


@cache
def read_requests() -> tuple[Request, ...]:
    """Return every captured POST of OpenLineage events."""
    found = []
    for file in sorted(PRODUCERS.iterdir()):
        text = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        for line in text.splitlines():
            sent = json.loads(line)
            if file.suffix == ".jsonl":
                found.append(Request(file.name, "/api/v1/lineage", {}, line))
            elif sent["method"] == "POST" and sent["path"].endswith("/lineage"):
                query = f"?{sent['query']}" if sent["query"] else ""
                headers = {name.lower(): value for name, value in sent["headers"]}
                body = sent["body"].encode("utf-8", "surrogatepass")
                found.append(Request(file.name, sent["path"] + query, headers, body))
    return tuple(found)


@pytest.fixture
def requests() -> tuple[Request, ...]:
    return read_requests()


def arrivals_of(bodies: Sequence[bytes], at: datetime = NOW) -> list[Arrival]:
    return [Arrival(body=body, principal=LOCAL, received_at=at) for body in bodies]


@dataclass
class Store:
    """A store, with short words for what tests do to it."""

    log: SqlLineage
    backend: LineageBackend

    def discard(self) -> None:
        self.backend.discard(self.log)

    def take(self, *bodies: bytes | dict[str, Any], at: datetime = NOW) -> list[Any]:
        sent = [b if isinstance(b, bytes) else json.dumps(b).encode() for b in bodies]
        return list(self.log.apply(arrivals_of(sent, at)))

    def take_well(self, *bodies: bytes | dict[str, Any], at: datetime = NOW) -> list[Applied]:
        outcomes = self.take(*bodies, at=at)
        assert all(isinstance(outcome, Applied) for outcome in outcomes), outcomes
        return outcomes

    def ask(self, sql: str, *bound: Any) -> list[Any]:
        return ask(self.log, sql, *bound)

    def events(self) -> list[bytes]:
        return events_of(self.log)


@dataclass
class Opening:
    """Opens new stores on a backend."""

    backend: LineageBackend

    def __call__(self) -> Store:
        return Store(self.backend.open(), self.backend)


@pytest.fixture
def open_store(lineage_backend: LineageBackend) -> Opening:
    return Opening(lineage_backend)


@pytest.fixture
def store(open_store: Callable[[], Store]) -> Store:
    return open_store()


def make_event(
    type_: str | None = "COMPLETE",
    *,
    at: str = "2026-11-21T01:00:00Z",
    job: str = "j",
    run: str = "01a1fb67-1800-7de6-80de-0d1c32a0395a",
    inputs: Sequence[str] = (),
    outputs: Sequence[str] = (),
    run_facets: dict[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    event = {
        "eventTime": at,
        "producer": "urn:test",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": run, "facets": run_facets or {}},
        "job": {"namespace": "ns", "name": job, "facets": {}},
        "inputs": [{"namespace": "ds", "name": name} for name in inputs],
        "outputs": [{"namespace": "ds", "name": name} for name in outputs],
    }
    if type_ is not None:
        event["eventType"] = type_
    event.update(more)
    return event


@pytest.fixture
def event() -> Callable[..., dict[str, Any]]:
    return make_event
