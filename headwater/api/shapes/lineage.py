"""The graph as a page draws it."""

from __future__ import annotations

from typing import Literal, NotRequired

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


class NamePair(TypedDict):
    """A name as its producer sent it."""

    namespace: str
    name: str


class LineageName(NamePair):
    """A node of a difference or of a walk; `column` is of columns."""

    id: str
    kind: Literal["dataset", "job", "column", "group", "run"]
    column: NotRequired[str]


LineageArrow = TypedDict("LineageArrow", {"from": str, "to": str, "how": NotRequired[str]})
LineageArrow.__doc__ = "An edge that came or went; `how` is of columns."


class NodesCameAndWent(TypedDict):
    """Nodes on one side only."""

    added: list[LineageName]
    removed: list[LineageName]


class EdgesCameAndWent(TypedDict):
    """Edges on one side only."""

    added: list[LineageArrow]
    removed: list[LineageArrow]


class ColumnChange(TypedDict):
    """What changed of a column of a schema."""

    change: str
    column: str
    before: str | None
    after: str | None
    breaking: bool


class MemberOfFacet(TypedDict):
    """A member of a facet before and after, as JSON."""

    path: str
    before: str | None
    after: str | None


class FacetDifference(TypedDict):
    """What changed of a facet."""

    facet: str
    change: str
    members: list[MemberOfFacet]
    more_members: int


class ChangedNode(LineageName):
    """A node that says something else."""

    schema: list[ColumnChange]
    sql: str | None
    facets: list[FacetDifference]


class LineageDifference(TypedDict):
    """What came, went and changed."""

    same: bool
    nodes: NodesCameAndWent
    edges: EdgesCameAndWent
    columns: EdgesCameAndWent
    changed: list[ChangedNode]
    partial: bool
    reason: str | None


Effect = Literal["direct", "indirect", "table"]


class ImpactStart(NamePair):
    """What changes."""

    id: str
    columns: list[str]


class ColumnCounts(TypedDict):
    """Affected columns by effect."""

    direct: int
    indirect: int


class EffectCounts(TypedDict):
    """Affected tables and jobs by effect."""

    direct: int
    indirect: int
    table: int


class ImpactSummary(TypedDict):
    """How much is affected."""

    datasets: int
    jobs: int
    columns: ColumnCounts
    effects: EffectCounts
    failed_jobs: int
    owners: list[str]


class ImpactColumn(TypedDict):
    """An affected column."""

    name: str
    effect: Effect
    distance: int
    how: list[str]
    masking: bool


class ImpactDataset(NamePair):
    """An affected dataset."""

    id: str
    effect: Effect
    distance: int
    via: list[NamePair]
    owners: list[str]
    written_at: str | None
    written_by_run: str | None
    columns: list[ImpactColumn]


class ImpactJob(NamePair):
    """An affected job."""

    id: str
    effect: Effect
    distance: int
    owners: list[str]
    state: str | None
    ran_at: str | None
    run_id: str | None


class LineageImpact(TypedDict):
    """What breaks."""

    node: str
    depth: int
    start: ImpactStart
    summary: ImpactSummary
    datasets: list[ImpactDataset]
    jobs: list[ImpactJob]
    partial: bool
    reason: str | None


class PathRun(TypedDict):
    """A run."""

    run_id: str
    job: NamePair
    state: str
    started_at: str | None
    ended_at: str | None


class PathStep(PathRun):
    """A run that led to a table; `later` is a newer run of its job that has not completed."""

    through: NamePair | None
    took_ms: int | None
    waited_ms: int | None
    later: PathRun | None


class PathDominant(TypedDict):
    """What took longest."""

    run_id: str
    job: NamePair
    what: Literal["run", "wait"]
    ms: int


class CriticalPathAnswer(TypedDict):
    """The runs that led to a table, first cause first."""

    node: str
    steps: list[PathStep]
    dominant: PathDominant | None
    partial: bool
    reason: str | None


class WalkNode(NamePair):
    """A node of a walk at any level; what its kind has not is left out."""

    id: str
    kind: Literal["dataset", "job", "column", "group", "run"]
    distance: int
    column: NotRequired[str]
    run: NotRequired[str]
    state: NotRequired[str | None]
    started_at: NotRequired[str | None]
    ended_at: NotRequired[str | None]
    identities: NotRequired[list[NamePair]]
    members: NotRequired[int]


WalkEdge = TypedDict(
    "WalkEdge",
    {
        "from": str,
        "to": str,
        "state": Literal["current", "running", "failed"],
        "via": NotRequired[list[NamePair]],
        "declared": NotRequired[bool],
        "job": NotRequired[NamePair | None],
        "kind": NotRequired[str | None],
        "subtype": NotRequired[str | None],
        "masking": NotRequired[bool],
    },
)
WalkEdge.__doc__ = "An edge of a walk; `kind`, `subtype` and `masking` are of columns."


class WalkBand(TypedDict):
    """So many neighbours of a node on one side were left out."""

    node: str
    direction: Literal["up", "down"]
    hidden: int


class LineageWalk(TypedDict):
    """A walk from a node."""

    node: str
    direction: Literal["up", "down", "both"]
    depth: int
    level: Literal["dataset", "column", "job", "run"]
    mode: Literal["current", "union", "run"]
    as_of: str | None
    known_at: int | None
    start: list[str]
    nodes: list[WalkNode]
    edges: list[WalkEdge]
    bands: list[WalkBand]
    unmerged: list[str]
    partial: bool
    reason: str | None
