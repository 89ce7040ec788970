from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from headwater.lineage.commands import Command, Entity, Verb
from headwater.lineage.contract import Applied, Arrival
from headwater.lineage.log import SqlLineage
from headwater.lineage.reading.view import LineageReads
from headwater.model.principal import LOCAL
from headwater.query.lineage.graph import Graph
from headwater.query.lineage.nodes import parse_node
from headwater.query.lineage.walk import LineageGraph
from tests.lineage_stores import LineageBackend

NOW = datetime(2026, 11, 21, 2, 29, tzinfo=UTC)


@dataclass
class Lineage:
    """A store with short words for what a test does to it."""

    log: SqlLineage

    def post(self, *events: dict[str, Any]) -> None:
        bodies = [json.dumps(event).encode() for event in events]
        arrivals = [Arrival(body=body, principal=LOCAL, received_at=NOW) for body in bodies]
        for outcome in self.log.apply(arrivals):
            assert isinstance(outcome, Applied), outcome

    def command(self, verb: Verb, entity: Entity, name: str, *, namespace: str = "ns") -> None:
        body = Command(verb=verb, entity=entity, namespace=namespace, name=name).to_bytes()
        arrival = Arrival(body=body, principal=LOCAL, received_at=NOW, is_command=True)
        assert isinstance(self.log.apply([arrival])[0], Applied)

    @property
    def reads(self) -> LineageReads:
        return LineageReads(self.log.engine)

    def walk(self, node: str, **how: Any) -> Graph:
        return LineageGraph(self.reads).walk(parse_node(node), **how)


class Events:
    """Makes events of one namespace, each a minute after the one before."""

    def __init__(self) -> None:
        self._minute = 0

    def __call__(
        self,
        type_: str,
        job: str,
        run: int,
        inputs: str = "",
        outputs: str = "",
        *,
        columns: dict[str, Any] | None = None,
        run_facets: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        self._minute += 1
        facets = {"columnLineage": columns} if columns else {}
        return {
            "eventType": type_,
            "eventTime": f"2026-03-01T{self._minute // 60:02d}:{self._minute % 60:02d}:00Z",
            "producer": "urn:test",
            "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
            "run": {
                "runId": f"00000000-0000-4000-8000-{run:012d}",
                "facets": run_facets or {},
            },
            "job": {"namespace": "ns", "name": job},
            "inputs": [{"namespace": "ns", "name": name} for name in inputs.split()],
            "outputs": [
                {"namespace": "ns", "name": name, "facets": facets} for name in outputs.split()
            ],
        }


@pytest.fixture
def event() -> Events:
    return Events()


@pytest.fixture
def lineage(lineage_backend: LineageBackend) -> Lineage:
    return Lineage(lineage_backend.open())
