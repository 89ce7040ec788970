"""Composition of the lineage server: the store, its door, its reads."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from headwater.clock import Clock
from headwater.database.postgresql import Reading, look
from headwater.errors import Missing
from headwater.ingest.events import EventDoor
from headwater.ingest.redaction import Redaction
from headwater.ingest.transport import DoorTransport
from headwater.lineage.log import SqlLineage
from headwater.lineage.reading.view import LineageReads
from headwater.lineage.settings import LineageSettings
from headwater.query.lineage.nodes import node_id, parse_node
from headwater.query.lineage.walk import LineageGraph

_DOWNSTREAM_HOPS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """The lineage server, open."""

    store: SqlLineage
    door: EventDoor
    transport: DoorTransport
    reads: LineageReads

    def downstream(self, namespace: str, dataset: str) -> Sequence[str]:
        """Return the datasets that are made of one, by name; none when nobody named it yet."""
        start = parse_node(node_id("dataset", namespace, dataset))
        try:
            graph = LineageGraph(self.reads).walk(
                start, towards="down", depth=_DOWNSTREAM_HOPS, level="dataset"
            )
        except Missing:
            return ()
        return sorted(
            vertex.name.name
            for vertex, distance in graph.distances.items()
            if vertex.kind == "dataset" and distance > 0
        )


def open_lineage(
    stack: ExitStack, folder: Path, *, settings: LineageSettings, clock: Clock
) -> Lineage:
    """Open `lineage.db` under `folder`, or the database named; `stack` closes it in reverse."""
    store = SqlLineage.open(
        settings.url.get_secret_value() if settings.url else folder / "lineage.db",
        most_dead_letters=settings.dead_letters,
        reading=Reading(
            connections=settings.connections, statement_seconds=settings.statement_seconds
        ),
    )
    stack.callback(store.close)
    door = EventDoor(
        store, clock=clock, capacity=settings.queue_capacity, redaction=Redaction(settings)
    )
    stack.callback(door.close)
    return Lineage(
        store=store,
        door=door,
        transport=DoorTransport(door),
        reads=LineageReads(store.engine),
    )


def look_at_database(url: SecretStr) -> tuple[str, Sequence[str]]:
    """Return what the database of lineage is, and what is not well about it."""
    return look(url.get_secret_value())
