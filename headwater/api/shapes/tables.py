"""Tables of the lake, and datasets of any producer."""

from __future__ import annotations

from datetime import datetime
from typing import NotRequired

from typing_extensions import TypedDict


class TableLine(TypedDict):
    """A table in a list; what its zone does not count is null."""

    table: str
    rows: int | None
    size_bytes: int | None
    columns: int
    snapshot: str | None
    changed_at: datetime | None


class TableList(TypedDict):
    """Tables by zone and name."""

    tables: list[TableLine]


class TableSnapshot(TypedDict):
    """A commit of a table; `run` and `job` made it, where the commit names them."""

    id: str
    parent_id: str | None
    committed_at: datetime
    operation: str
    run: str | None
    job: str | None
    inputs: list[str]
    rows: int | None
    rows_added: int
    rows_deleted: int
    size_bytes: int | None
    files: int | None
    summary: dict[str, str]


class TableSnapshots(TypedDict):
    """The commits of a table, the latest first."""

    table: str
    current: str | None
    snapshots: list[TableSnapshot]


class LakeColumn(TypedDict):
    """A column as the lake stores it; of raw and quarantined records only name and type."""

    name: str
    type: str
    id: NotRequired[int]
    required: NotRequired[bool]
    description: NotRequired[str | None]


class TableSchema(TypedDict):
    """The columns of a table."""

    table: str
    location: str | None
    columns: list[LakeColumn]


class LakeSchemaChange(TypedDict):
    """What a commit changed of a table's columns."""

    change: str
    column: str
    before: str | None
    after: str | None
    breaking: bool


class LakeSchemaVersion(TypedDict):
    """The columns that a table had from a commit on."""

    number: int
    snapshot: str
    since: datetime
    run: str | None
    changes: list[LakeSchemaChange]
    columns: list[LakeColumn]


class LakeSchemaHistory(TypedDict):
    """How the columns of a table of the lake changed, the newest version first."""

    table: str
    versions: list[LakeSchemaVersion]


class FoundIn(TypedDict):
    """Where a dataset has the words that were sought."""

    field: str
    text: str


class LastWrite(TypedDict):
    """The run that completed the last write, how many rows it wrote, and how its tests went."""

    run: str
    namespace: str
    job: str
    at: str | None
    rows: int | None
    tests_passed: int
    tests_failed: int


class DatasetLine(TypedDict):
    """A dataset in a list: `zone` is null for those that are not tables of the lake."""

    namespace: str
    name: str
    zone: str | None
    rows: int | None
    size_bytes: int | None
    columns: int
    changed_at: datetime | str | None
    description: str | None
    tags: list[str]
    owners: list[str]
    last_write: LastWrite | None
    found_in: list[FoundIn]


class DatasetCount(TypedDict):
    """How many datasets a zone or a namespace has."""

    name: str
    datasets: int


class DatasetList(TypedDict):
    """Tables of the lake by zone and name, then other datasets; `reason` why some are missing.

    `next` asks for the page that follows, null on the last one.
    """

    datasets: list[DatasetLine]
    zones: list[DatasetCount]
    namespaces: list[DatasetCount]
    partial: bool
    reason: str | None
    next: str | None


class LakeTable(TypedDict):
    """What the lake itself knows of a table; raw and quarantined records have no snapshots."""

    table: str
    zone: str
    location: str | None
    rows: int | None
    size_bytes: int | None
    changed_at: datetime | None
    snapshot: str | None
    has_snapshots: bool


class ColumnEnd(TypedDict):
    """A column at the other end; `column` is null for a whole dataset."""

    namespace: str
    name: str
    column: str | None
    job: str | None
    job_namespace: str | None
    kind: str
    subtype: str | None
    masked: bool


class Said(TypedDict):
    """A tag, an owner or a description, and whether a `person` or an `event` says so."""

    value: str
    type: str | None
    source: str
    by: str
    at: str


class DatasetColumn(TypedDict):
    """A column of a dataset with where it comes from and where it goes."""

    name: str
    type: str | None
    required: bool | None
    description: str | None
    tags: list[Said]
    made_of: list[ColumnEnd]
    feeds: list[ColumnEnd]


class DatasetJob(TypedDict):
    """A job that reads or writes a dataset."""

    namespace: str
    name: str
    edge: str
    state: str | None


class NamedDataset(TypedDict):
    """A dataset by its name."""

    namespace: str
    name: str


class DatasetHead(TypedDict):
    """A dataset as its page shows it.

    `table` is null for what is not in the lake, `known` is false for what no event named.
    `rows_depend_on` are the columns that decide which rows there are.
    """

    namespace: str
    name: str
    known: bool
    deleted: bool
    updated_at: str | None
    table: LakeTable | None
    description: Said | None
    tags: list[Said]
    owners: list[Said]
    identities: list[NamedDataset]
    columns: list[DatasetColumn]
    rows_depend_on: list[ColumnEnd]
    writers: list[DatasetJob]
    readers: list[DatasetJob]
    last_write: LastWrite | None
    partial: bool
    reason: str | None


class ColumnVersion(TypedDict):
    """A column in a version of a schema that events declare."""

    name: str
    type: str | None
    description: str | None
    nullable: bool | None


class SchemaRun(TypedDict):
    """The run that brought a version of a schema."""

    id: str
    job: NamedDataset
    state: str | None


class AffectedNode(TypedDict):
    """A dataset or job that a change reaches, and how."""

    namespace: str
    name: str
    effect: str


class SchemaDownstream(TypedDict):
    """What comes now of the columns that a change broke."""

    columns: list[str]
    datasets: list[AffectedNode]
    jobs: list[AffectedNode]
    owners: list[str]
    partial: bool
    reason: str | None


class SchemaVersion(TypedDict):
    """The columns of a dataset from a time on, and what changed from the version before."""

    number: int
    since: str
    run: SchemaRun | None
    breaking: bool
    changes: list[LakeSchemaChange]
    columns: list[ColumnVersion]
    downstream: SchemaDownstream | None


class SchemaHistory(TypedDict):
    """How the columns of a dataset changed, the newest version first."""

    id: str
    namespace: str
    name: str
    total: int
    versions: list[SchemaVersion]


class QualityTest(TypedDict):
    """A test that a run made."""

    name: str
    status: str
    column: str | None
    severity: str | None
    expected: str | None
    actual: str | None


class QualityCheck(TypedDict):
    """What a run that read or wrote a dataset measured and tested of it."""

    run: str
    job: NamedDataset
    state: str | None
    at: str | None
    direction: str
    rows: int | None
    bytes: int | None
    files: int | None
    part: str | None
    tests: list[QualityTest]
    columns: dict[str, dict[str, float]]


class QualityList(TypedDict):
    """What runs measured and tested, the latest run first."""

    namespace: str
    name: str
    checks: list[QualityCheck]
