"""`/api/v2/lineage`: where data comes from and goes: now, at another time, or of one run."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from headwater.api.access import Reader
from headwater.api.marquez.route import json_bytes
from headwater.api.shapes import answers
from headwater.api.shapes.lineage import LineageWalk
from headwater.errors import Invalid
from headwater.lineage.reading.lens import Lens, Mode
from headwater.lineage.reading.view import LineageReads
from headwater.model.json import JsonObject
from headwater.model.lineage import Moment, Name
from headwater.query.lineage.collapse import Collapse, Grouping
from headwater.query.lineage.graph import MOST_EDGES, MOST_NODES, Budget, Graph, Link, Vertex
from headwater.query.lineage.nodes import parse_node
from headwater.query.lineage.states import Standing, standings
from headwater.query.lineage.walk import Level, LineageGraph, Towards
from headwater.wire.openlineage.times import read_time


class LineageQuestion(BaseModel):
    """What is asked of the graph."""

    node: str = Field(
        description="dataset:NS:NAME, job:NS:NAME, datasetField:NS:NAME:FIELD or run:UUID."
    )
    direction: Towards = Field("both", description="Up to sources, down to uses.")
    depth: int = Field(5, ge=0, le=1_000, description="Hops over a job, or from run to run.")
    level: Level = Field("dataset", description="What the nodes are.")
    budget: int = Field(2_000, ge=1, le=MOST_NODES, description="Most nodes.")
    edges: int = Field(10_000, ge=1, le=MOST_EDGES, description="Most edges.")
    band: int = Field(100, ge=1, le=MOST_NODES, description="Most new neighbours of one node.")
    expand: list[str] = Field([], description="Ids of nodes that the band does not limit.")
    as_of: str | None = Field(
        None, alias="asOf", description="Leave out events after this event time."
    )
    known_at: str | None = Field(
        None, alias="knownAt", description="Leave out what arrived after this sequence or time."
    )
    mode: Mode = Field("current", description="Which runs count: current ones, all, or one.")
    since: str | None = Field(None, description="With mode union: the start of the window.")
    until: str | None = Field(None, description="With mode union: the end of the window.")
    run: UUID | None = Field(None, description="With mode run: the run; those below it count too.")
    collapse: Grouping | None = Field(None, description="Put jobs or everything into groups.")
    prefix: list[str] = Field([], description="With collapse prefix: the starts of names.")


def lineage_graph_router(reads: LineageReads) -> APIRouter:
    """Serve the lineage graph."""
    router = APIRouter(prefix="/api/v2", tags=["lineage"])
    graph = LineageGraph(reads)

    @router.get("/lineage", responses=answers(LineageWalk))
    def get_lineage(_principal: Reader, question: Annotated[LineageQuestion, Query()]) -> Response:
        """Walk from a node; what the budget leaves out is counted in `bands`."""
        lens = _lens(reads, question)
        found = graph.walk(
            parse_node(question.node),
            towards=question.direction,
            depth=question.depth,
            level=question.level,
            budget=Budget(
                nodes=question.budget,
                edges=question.edges,
                band=question.band,
                expanded=frozenset(question.expand),
            ),
            lens=lens,
            collapse=_collapse(question),
        )
        with reads.view(lens) as view:
            states = standings(view, found)
        document = {**_asked(question, lens), **graph_json(found, states)}
        return Response(json_bytes(document), media_type="application/json")

    return router


def _lens(reads: LineageReads, question: LineageQuestion) -> Lens:
    if (question.run is None) != (question.mode != "run"):
        raise Invalid(
            f"mode {question.mode!r} with run {question.run}",
            hint="give mode=run and run=UUID together",
        )
    if question.mode != "union" and (question.since or question.until):
        raise Invalid(
            "since and until make a window, which only mode union has", hint="add mode=union"
        )
    return Lens(
        mode=question.mode,
        as_of=_moment("asOf", question.as_of),
        known_at=_sequence(reads, question.known_at),
        since=_moment("since", question.since),
        until=_moment("until", question.until),
        run=question.run,
    )


def _moment(parameter: str, text: str | None, form: str = "write it as {}") -> Moment | None:
    if text is None:
        return None
    time = read_time(text.replace(" ", "+") if "T" in text else text)
    if time is None:
        hint = form.format("2026-11-21T08:00:00Z")
        raise Invalid(f"{parameter} {text!r} is not a time", hint=hint)
    return Moment(time.seconds, time.nanoseconds)


def _sequence(reads: LineageReads, text: str | None) -> int | None:
    if text is None or (text.isascii() and text.isdigit() and len(text) < 19):
        return None if text is None else int(text)
    moment = _moment("knownAt", text, "a sequence of the log, or a time such as {}")
    assert moment is not None
    return reads.sequence_at(moment)


def _collapse(question: LineageQuestion) -> Collapse | None:
    if question.collapse is None:
        if question.prefix:
            raise Invalid("prefix does nothing without collapse", hint="add collapse=prefix")
        return None
    return Collapse(by=question.collapse, prefixes=tuple(question.prefix))


def _asked(question: LineageQuestion, lens: Lens) -> JsonObject:
    return {
        "node": question.node,
        "direction": question.direction,
        "depth": question.depth,
        "level": question.level,
        "mode": question.mode,
        "as_of": None if lens.as_of is None else lens.as_of.to_text(),
        "known_at": lens.known_at,
    }


def graph_json(graph: Graph, states: dict[Vertex, Standing]) -> JsonObject:
    """Return nodes, edges and bands; nodes and edges in canonical order."""
    ids = {vertex: vertex.id for vertex in graph.distances}
    return {
        "start": [vertex.id for vertex in graph.start],
        "nodes": [
            _node_json(graph, vertex, distance, id_=ids[vertex], standing=states.get(vertex))
            for vertex, distance in graph.distances.items()
        ],
        "edges": [_link_json(link, ids) for link in graph.links],
        "bands": [
            {"node": band.vertex.id, "direction": band.side, "hidden": band.hidden}
            for band in graph.bands
        ],
        "unmerged": [vertex.id for vertex in graph.unmerged],
        "partial": graph.reason is not None,
        "reason": graph.reason,
    }


def _node_json(
    graph: Graph, vertex: Vertex, distance: int, *, id_: str, standing: Standing | None
) -> JsonObject:
    name = vertex.name
    node: JsonObject = {
        "id": id_,
        "kind": vertex.kind,
        "namespace": name.namespace,
        "name": name.name,
    }
    if vertex.kind == "column":
        node["column"] = vertex.column
    elif vertex.kind == "run":
        node["run"] = vertex.column
    if vertex.kind in ("job", "run"):
        node["state"] = None if standing is None else standing.state
    if vertex.kind == "run" and standing is not None:
        node["started_at"] = standing.started_at
        node["ended_at"] = standing.ended_at
    if graph.identities and vertex in graph.identities:
        node["identities"] = [_name_json(other) for other in graph.identities[vertex]]
    if graph.members and vertex in graph.members:
        node["members"] = graph.members[vertex]
    node["distance"] = distance
    return node


def _link_json(link: Link, ids: dict[Vertex, str]) -> JsonObject:
    edge: JsonObject = {
        "from": ids[link.origin],
        "to": ids[link.destination],
        "state": link.state,
    }
    if link.via:
        edge["via"] = [_name_json(name) for name in link.via]
    if link.is_declared:
        edge["declared"] = True
    if link.is_declared or link.kind is not None:
        edge["job"] = None if link.job is None else _name_json(link.job)
    if link.kind is not None:
        edge |= {"kind": link.kind, "subtype": link.subtype, "masking": link.is_masked}
    return edge


def _name_json(name: Name) -> JsonObject:
    return {"namespace": name.namespace, "name": name.name}
