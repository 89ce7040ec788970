"""The graph as a page draws it."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict


class LineageColumn(TypedDict):
    """A column of a card."""

    name: str
    type: str | None
    tags: list[str]
    description: str | None


class LineageCard(TypedDict):
    """A node with what is shown of it; null is what nobody said or what is not known.

    `at` and `run` are of the last successful write of a dataset, or of the latest run of a job.
    `more_up` and `more_down` count neighbours that are not in the answer.
    """

    id: str
    kind: Literal["dataset", "job", "group"]
    namespace: str
    name: str
    distance: int
    members: int
    identities: int
    state: str | None
    at: str | None
    run: str | None
    duration_ms: int | None
    error: str | None
    description: str | None
    tags: list[str]
    owners: list[str]
    columns: list[LineageColumn]
    column_count: int
    rows: int | None
    size_bytes: int | None
    tests_passed: int
    tests_failed: int
    more_up: int
    more_down: int


LineageLine = TypedDict(
    "LineageLine", {"from": str, "to": str, "state": Literal["current", "running", "failed"]}
)
LineageLine.__doc__ = "Data flows from one node to another."


class LineageCanvas(TypedDict):
    """A graph in one answer; `start` is null where no node was asked for."""

    start: str | None
    as_of: str | None
    nodes: list[LineageCard]
    edges: list[LineageLine]
    partial: bool
    reason: str | None
