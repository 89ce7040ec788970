"""`/api/v2/lineage/canvas`: a graph with all that a page shows of each node, in one answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from headwater.api.access import Reader
from headwater.api.marquez.route import json_bytes
from headwater.api.shapes import answers
from headwater.api.shapes.lineage import LineageCanvas, LineageCard, LineageColumn
from headwater.errors import Invalid
from headwater.lineage.reading.lens import Lens
from headwater.lineage.reading.view import LineageReads, LineageView
from headwater.model.lineage import Moment, Name
from headwater.query.lineage.canvas import Canvas, Opened, canvas_around, canvas_of_all
from headwater.query.lineage.cards import Card, CardColumn, cards_of
from headwater.query.lineage.collapse import Collapse, Grouping
from headwater.query.lineage.graph import MOST_EDGES, MOST_NODES, Budget, Graph, Side, Vertex
from headwater.query.lineage.nodes import parse_node
from headwater.query.lineage.walk import Towards
from headwater.wire.openlineage.times import read_time

Sizes = Callable[[datetime | None], Mapping[Name, tuple[int | None, int | None]]]
"""Rows and bytes of the tables of the lake by name, now or as of a time."""

_SIDES: Final[dict[Towards, tuple[Side, ...]]] = {
    "up": ("up",),
    "down": ("down",),
    "both": ("up", "down"),
}
_NO_CARD: Final = Card()
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_OPENED: Final = 200


class CanvasQuestion(BaseModel):
    """What is to be drawn."""

    node: str | None = Field(
        None, description="dataset:NS:NAME or job:NS:NAME; without it what changed last."
    )
    direction: Towards = Field("both", description="Up to sources, down to uses.")
    depth: int = Field(1, ge=0, le=1_000, description="Hops over a job.")
    open: list[str] = Field(
        [], max_length=_MOST_OPENED, description="up:MOST:NODE or down:MOST:NODE: one more hop."
    )
    budget: int = Field(2_000, ge=1, le=MOST_NODES, description="Most nodes.")
    edges: int = Field(10_000, ge=1, le=MOST_EDGES, description="Most edges.")
    band: int = Field(20, ge=1, le=MOST_NODES, description="Most new neighbours of one node.")
    as_of: str | None = Field(
        None, alias="asOf", description="Leave out events after this event time."
    )
    collapse: Grouping | None = Field(None, description="Put jobs or everything into groups.")


def lineage_canvas_router(reads: LineageReads, *, namespace: str, sizes: Sizes) -> APIRouter:
    """Serve graphs to draw; `sizes` is of the tables in the lake's own namespace."""
    router = APIRouter(prefix="/api/v2/lineage", tags=["lineage"])

    @router.get("/canvas", responses=answers(LineageCanvas))
    def get_canvas(_principal: Reader, question: Annotated[CanvasQuestion, Query()]) -> Response:
        """Return a graph with state, freshness, size, tests, tags, owners, columns of its nodes.

        `more_up` and `more_down` count neighbours that are not drawn; `open` draws them. With
        `asOf`, `at`, `run`, `rows` and `size_bytes` of a dataset are those of its last write
        by then; the `run` and `at` of a job are null: they are only known of now.
        """
        lens = Lens(as_of=_moment(question.as_of))
        with reads.view(lens) as view:
            canvas = _drawn(view, question)
            cards = cards_of(view, canvas.graph, lens)
        at = None if lens.as_of is None else _datetime(lens.as_of)
        known = sizes(at) if _has_tables(canvas.graph, namespace) else {}
        ids = {vertex: vertex.id for vertex in canvas.graph.distances}
        columns = _Columns()
        document: LineageCanvas = {
            "start": None if question.node is None else canvas.graph.start[0].id,
            "as_of": None if lens.as_of is None else lens.as_of.to_text(),
            "nodes": [
                _card_json(
                    canvas,
                    vertex,
                    _sized(cards.get(vertex, _NO_CARD), vertex, known),
                    id_=id_,
                    columns=columns,
                )
                for vertex, id_ in ids.items()
            ],
            "edges": [
                {"from": ids[link.origin], "to": ids[link.destination], "state": link.state}
                for link in canvas.graph.links
            ],
            "partial": canvas.graph.reason is not None,
            "reason": canvas.graph.reason,
        }
        return Response(json_bytes(document), media_type="application/json")

    return router


def _drawn(view: LineageView, question: CanvasQuestion) -> Canvas:
    budget = Budget(nodes=question.budget, edges=question.edges, band=question.band)
    collapse = None if question.collapse is None else Collapse(by=question.collapse)
    if question.node is None:
        if question.open:
            raise Invalid("open needs a node to begin with", hint="add node=dataset:NS:NAME")
        return canvas_of_all(view, budget=budget, collapse=collapse)
    return canvas_around(
        view,
        parse_node(question.node),
        sides=_SIDES[question.direction],
        depth=question.depth,
        budget=budget,
        opened=_opened(question.open),
        collapse=collapse,
    )


def _opened(texts: Sequence[str]) -> list[Opened]:
    found = []
    for text in texts:
        side, _, rest = text.partition(":")
        most, _, node = rest.partition(":")
        if side not in ("up", "down") or not (most.isascii() and most.isdigit()) or len(most) > 5:
            raise Invalid(f"open {text!r} is no hop", hint="write up:20:dataset:NS:NAME")
        up_or_down: Side = "up" if side == "up" else "down"
        within = max(1, min(int(most), MOST_NODES))
        found.append(Opened(node=parse_node(node), side=up_or_down, most=within))
    return found


def _moment(text: str | None) -> Moment | None:
    if text is None:
        return None
    time = read_time(text.replace(" ", "+") if "T" in text else text)
    if time is None:
        raise Invalid(f"asOf {text!r} is not a time", hint="write it as 2026-11-21T08:00:00Z")
    return Moment(time.seconds, time.nanoseconds)


def _datetime(moment: Moment) -> datetime:
    return _EPOCH + timedelta(seconds=moment.seconds, microseconds=moment.nanoseconds // 1_000)


def _has_tables(graph: Graph, namespace: str) -> bool:
    return any(v.kind == "dataset" and v.name.namespace == namespace for v in graph.distances)


def _sized(card: Card, vertex: Vertex, known: Mapping[Name, tuple[int | None, int | None]]) -> Card:
    """Return a card with what the lake counts, which is more than its last write."""
    found = known.get(vertex.name) if vertex.kind == "dataset" else None
    return card if found is None else replace(card, rows=found[0], size_bytes=found[1])


class _Columns:
    """Writes the columns of cards; those that cards share are written once."""

    def __init__(self) -> None:
        self._written: dict[int, tuple[tuple[CardColumn, ...], list[LineageColumn]]] = {}

    def of(self, card: Card) -> list[LineageColumn]:
        """Return the columns of a card."""
        found = self._written.get(id(card.columns))
        if found is None:
            listed: list[LineageColumn] = [
                {
                    "name": column.name,
                    "type": column.type,
                    "tags": list(column.tags),
                    "description": column.description,
                }
                for column in card.columns
            ]
            found = self._written[id(card.columns)] = (card.columns, listed)
        return found[1]


def _card_json(
    canvas: Canvas, vertex: Vertex, card: Card, *, id_: str, columns: _Columns
) -> LineageCard:
    graph, run, at = canvas.graph, card.run, card.at
    more_up, more_down = canvas.more.get(vertex, (0, 0))
    return {
        "id": id_,
        "kind": "job" if vertex.kind == "job" else "group" if vertex.kind == "group" else "dataset",
        "namespace": vertex.name.namespace,
        "name": vertex.name.name,
        "distance": graph.distances[vertex],
        "members": graph.members.get(vertex, 0),
        "identities": len(graph.identities.get(vertex, ())),
        "state": card.state,
        "at": None if at is None else at.to_text(),
        "run": None if run is None else run.id,
        "duration_ms": None if run is None else run.duration_milliseconds,
        "error": card.error,
        "description": card.description,
        "tags": list(card.tags),
        "owners": list(card.owners),
        "columns": columns.of(card),
        "column_count": card.column_count,
        "rows": card.rows,
        "size_bytes": card.size_bytes,
        "tests_passed": card.tests_passed,
        "tests_failed": card.tests_failed,
        "more_up": more_up,
        "more_down": more_down,
    }
