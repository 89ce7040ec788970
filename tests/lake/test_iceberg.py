from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyiceberg.manifest import DataFileContent
from pyiceberg.table import Table as IcebergTable

from headwater import duck
from headwater.errors import Conflict, Unavailable, Unprocessable
from headwater.lake.contract import BOOKMARK, RUN_ID, Change, TableDeclaration
from headwater.lake.iceberg import IcebergCommits
from headwater.lake.iceberg_catalog import open_catalog
from headwater.lake.iceberg_data_files import Footers
from headwater.lake.iceberg_snapshot import MANIFESTS_BEFORE_MERGE, Live, NewSnapshot
from headwater.lake.reading import scan_sql
from headwater.lake.writing import write_parquet
from headwater.model.columns import Column, ColumnType, column_name

TYPES: dict[str, ColumnType] = {
    "number": "long",
    "event_ts": "timestamp",
    "amounts": "metrics",
    "nulls": "shares",
    "detail": "json",
}
DECLARATION = TableDeclaration(
    zone="curated",
    name="t",
    columns=tuple(Column(field=name, name=name, type=type_) for name, type_ in TYPES.items()),
    day_of="event_ts",
)


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    return tmp_path / "lake"


@pytest.fixture
def commits(lake: Path) -> Iterator[IcebergCommits]:
    with closing(IcebergCommits(lake)) as made:
        made.ensure(DECLARATION)
        yield made


def write(commits: IcebergCommits, *numbers: int, **columns: Any) -> tuple[str, ...]:
    schema = commits.arrow_schema("curated", "t")
    stamps = pa.array([0] * len(numbers), pa.timestamp("us", "UTC"))
    rows = pa.table({"number": pa.array(numbers, pa.int64()), "event_ts": stamps, **columns})
    location = commits.tables.get("curated", "t").location
    return write_parquet(rows, schema, Path(location), day_of="event_ts")


def rows(commits: IcebergCommits, expression: str = "number") -> list[Any]:
    with closing(duck.connect()) as connection:
        sql = f"SELECT {expression} FROM ({scan_sql(commits, 'curated', 't').sql}) ORDER BY 1"
        return [row[0] for row in connection.execute(sql).fetchall()]


def pyiceberg_table(lake: Path) -> IcebergTable:
    catalog = open_catalog(lake)
    try:
        return catalog.load_table(("curated", "t"))
    finally:
        catalog.engine.dispose()


def test_catalogue_keeps_what_it_acknowledged(commits: IcebergCommits, lake: Path) -> None:
    catalog = open_catalog(lake)
    with catalog.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    catalog.engine.dispose()


def test_other_programs_can_read_the_table(commits: IcebergCommits, lake: Path) -> None:
    summary = {"sum": 3.0, "average": 1.5, "min": 1.0, "max": 2.0, "count": 2}
    schema = commits.arrow_schema("curated", "t")
    amounts = pa.array([[("fare", summary)]], schema.field("amounts").type)
    nulls = pa.array([[("fare", 0.25)]], schema.field("nulls").type)
    paths = write(commits, 7, amounts=amounts, nulls=nulls)
    commits.commit("curated", "t", Change(add=paths, summary={}))

    table = pyiceberg_table(lake)

    assert table.format_version == 2
    (row,) = table.scan().to_arrow().to_pylist()
    assert row["number"] == 7
    assert row["amounts"] == [("fare", summary)]
    assert row["nulls"] == [("fare", 0.25)]
    assert len(list(table.scan("event_ts < '1970-01-02T00:00:00+00:00'").plan_files())) == 1
    assert list(table.scan("event_ts >= '1970-01-02T00:00:00+00:00'").plan_files()) == []
    assert list(table.scan("number > 7").plan_files()) == []
    assert rows(commits, "amounts['fare'].average + nulls['fare']") == [1.75]


def test_lake_in_a_folder_with_any_name_works(tmp_path: Path) -> None:
    lake = tmp_path / "it's [a] *lake*? 100% #1" / "lake"
    with closing(IcebergCommits(lake)) as commits:
        commits.ensure(DECLARATION)
        commits.commit("curated", "t", Change(add=write(commits, 1, 2), summary={}))

        assert rows(commits) == [1, 2]


def test_committers_without_the_lock_lose_nothing(commits: IcebergCommits, lake: Path) -> None:
    def commit(who: int) -> None:
        with closing(IcebergCommits(lake)) as own:
            for number in range(3):
                change = Change(
                    add=write(own, who * 10 + number), summary={RUN_ID: f"{who}-{number}"}
                )
                while True:
                    try:
                        own.commit("curated", "t", change)
                        break
                    except Unavailable:
                        continue

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(commit, range(3)))

    assert rows(commits) == [0, 1, 2, 10, 11, 12, 20, 21, 22]
    assert len(commits.tables.get("curated", "t").snapshots) == 9


def test_table_made_by_two_at_once_is_one(lake: Path) -> None:
    IcebergCommits(lake).close()

    def ensure(_: int) -> Any:
        with closing(IcebergCommits(lake)) as own:
            return own.ensure(DECLARATION)

    with ThreadPoolExecutor(4) as pool:
        first, *others = pool.map(ensure, range(4))

    assert all(other == first for other in others)


def test_overtaken_commit_carries_the_newer_bookmark_forward(
    commits: IcebergCommits, lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    footers = Footers.read

    def overtaken(self: Footers, paths: Any) -> Any:
        monkeypatch.setattr(Footers, "read", footers)
        with closing(IcebergCommits(lake)) as other:
            other.commit("curated", "t", Change(add=write(other, 1), summary={BOOKMARK: "9"}))
        return footers(self, paths)

    monkeypatch.setattr(Footers, "read", overtaken)
    made = commits.commit("curated", "t", Change(add=write(commits, 2), summary={"x": "y"}))

    assert made.summary[BOOKMARK] == "9"
    assert rows(commits) == [1, 2]


def test_table_that_is_replaced_often_stays_quick_to_read(
    commits: IcebergCommits, lake: Path
) -> None:
    live: tuple[str, ...] = ()
    for number in range(MANIFESTS_BEFORE_MERGE + 5):
        new = write(commits, number)
        commits.commit("curated", "t", Change(add=new, remove=live, summary={}))
        live = new

    snapshot = pyiceberg_table(lake).current_snapshot()
    assert snapshot is not None
    assert len(snapshot.manifests(pyiceberg_table(lake).io)) == 2  # files in, files out
    assert len(list((lake / "curated" / "t" / "metadata").glob("*.metadata.json"))) <= 21
    assert rows(commits) == [number]


def test_manifests_of_many_appends_are_merged(commits: IcebergCommits, lake: Path) -> None:
    for number in range(MANIFESTS_BEFORE_MERGE + 5):
        commits.commit("curated", "t", Change(add=write(commits, number), summary={}))

    table = pyiceberg_table(lake)
    snapshot = table.current_snapshot()
    assert snapshot is not None
    assert len(snapshot.manifests(table.io)) < 10
    assert rows(commits) == [*range(MANIFESTS_BEFORE_MERGE + 5)]
    assert len(table.scan().to_arrow()) == MANIFESTS_BEFORE_MERGE + 5


def test_delete_files_of_other_engines_are_refused_not_ignored(
    commits: IcebergCommits, lake: Path
) -> None:
    paths = write(commits, 1)
    table = pyiceberg_table(lake)
    (file,) = Footers(table.metadata).read(paths)
    file[0] = DataFileContent.POSITION_DELETES
    NewSnapshot(table, Live()).commit([file], [], {})

    with pytest.raises(Unavailable, match="delete files"):
        scan_sql(commits, "curated", "t")


def test_file_of_two_days_is_refused(commits: IcebergCommits) -> None:
    schema = commits.arrow_schema("curated", "t")
    stamps = pa.array([0, 86_400_000_000], pa.timestamp("us", "UTC"))
    location = commits.tables.get("curated", "t").location
    (path,) = write_parquet(pa.table({"event_ts": stamps}), schema, Path(location), day_of=None)

    with pytest.raises(Unprocessable, match="more than one day"):
        commits.commit("curated", "t", Change(add=(path,), summary={}))


@pytest.mark.parametrize("wrong", ["type", "id", "name"])
def test_file_in_another_schema_is_refused(commits: IcebergCommits, wrong: str) -> None:
    (path,) = write(commits, 1)
    table = pq.ParquetFile(path).read()
    field = table.schema.field(0)
    changed = {
        "type": field.with_type(pa.int32()),
        "id": field.with_metadata({"PARQUET:field_id": "99"}),
        "name": field.with_name("nombre"),
    }[wrong]
    columns = [table.column(0).cast(changed.type), *table.columns[1:]]
    other = pa.Table.from_arrays(columns, schema=table.schema.set(0, changed))
    pq.write_table(other, path)

    with pytest.raises(Unprocessable, match="column"):
        commits.commit("curated", "t", Change(add=(path,), summary={}))


@pytest.mark.parametrize("names", [("a", "A"), ("",), ("x\0y",)])
def test_columns_that_sql_cannot_name_are_refused(
    commits: IcebergCommits, names: tuple[str, ...]
) -> None:
    columns = tuple(Column(field=name, name=name, type="long") for name in names)

    with pytest.raises(Unprocessable, match="cannot have"):
        commits.ensure(TableDeclaration(zone="curated", name="u", columns=columns))


def test_json_and_text_are_not_the_same_column(commits: IcebergCommits) -> None:
    text = Column(field="detail", name="detail", type="string")
    with pytest.raises(Conflict, match="detail is json, not string"):
        commits.ensure(
            TableDeclaration(
                zone="curated", name="t", columns=(text, DECLARATION.columns[1]), day_of="event_ts"
            )
        )


def test_column_and_partition_cannot_share_a_name(commits: IcebergCommits) -> None:
    taken = Column(field="x", name="Event_ts_day", type="string")

    with pytest.raises(Unprocessable, match=r"Event_ts_day.*partition"):
        commits.ensure(
            TableDeclaration(
                zone="curated", name="u", columns=(*DECLARATION.columns, taken), day_of="event_ts"
            )
        )
    assert column_name("Event_ts_day") == "data_Event_ts_day"
