from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from headwater import duck
from headwater.errors import Missing, Unsupported
from headwater.lake.contract import Change, TableDeclaration
from headwater.lake.iceberg import IcebergCommits
from headwater.lake.reading import Days, TableScan, scan_sql, select_sql
from headwater.lake.writing import write_parquet
from headwater.model.columns import Column
from headwater.model.table import TableField

DECLARATION = TableDeclaration(
    zone="processed",
    name="t",
    columns=(
        Column(field="number", name="number", type="int"),
        Column(field="event_ts", name="event_ts", type="timestamp"),
    ),
    day_of="event_ts",
)


@pytest.fixture
def commits(tmp_path: Path) -> Iterator[IcebergCommits]:
    with closing(IcebergCommits(tmp_path / "lake")) as made:
        made.ensure(DECLARATION)
        yield made


def add(commits: IcebergCommits, **days: int) -> int:
    """Commit a number for each day of January 2026 and return the snapshot."""
    schema = commits.arrow_schema("processed", "t")
    stamps = [datetime(2026, 1, day, tzinfo=UTC) for day in days.values()]
    rows = pa.table(
        {
            "number": [int(name[1:]) for name in days],
            "event_ts": pa.array(stamps, pa.timestamp("us", "UTC")),
        }
    )
    location = Path(commits.tables.get("processed", "t").location)
    paths = write_parquet(rows, schema, location, day_of="event_ts")
    return commits.commit("processed", "t", Change(add=paths, summary={})).id


def query(scan: TableScan, what: str = "number") -> list[Any]:
    with closing(duck.connect()) as connection:
        rows = connection.execute(f"SELECT {what} FROM ({scan.sql}) ORDER BY ALL").fetchall()
    return [row[0] for row in rows]


def test_empty_table_has_its_columns_and_no_rows(commits: IcebergCommits) -> None:
    scan = scan_sql(commits, "processed", "t")

    assert (scan.files, scan.snapshot_id) == ((), None)
    assert query(scan) == []
    with closing(duck.connect()) as connection:
        described = connection.execute(f"DESCRIBE {scan.sql}").fetchall()
    assert [row[:2] for row in described] == [
        ("number", "INTEGER"),
        ("event_ts", "TIMESTAMP WITH TIME ZONE"),
    ]


def test_scan_reads_a_snapshot_by_its_id(commits: IcebergCommits) -> None:
    first = add(commits, n1=1)
    second = add(commits, n2=2)

    assert query(scan_sql(commits, "processed", "t", snapshot_id=first)) == [1]
    assert query(scan_sql(commits, "processed", "t")) == [1, 2]
    assert scan_sql(commits, "processed", "t").snapshot_id == second


def test_scan_reads_the_table_as_it_was_at_a_time(commits: IcebergCommits) -> None:
    first = add(commits, n1=1)
    columns = (replace(DECLARATION.columns[0], type="long"), *DECLARATION.columns[1:])
    new = Column(field="new", name="new", type="date")
    commits.ensure(replace(DECLARATION, columns=(*columns, new)))
    (snapshot,) = commits.tables.get("processed", "t").snapshots

    then = scan_sql(commits, "processed", "t", at=snapshot.committed_at + timedelta(seconds=1))
    now = scan_sql(commits, "processed", "t")

    assert (then.snapshot_id, now.snapshot_id) == (first, first)
    assert query(then, "typeof(number)") == ["INTEGER"]
    assert query(now, "typeof(number)") == ["BIGINT"]
    assert [field.name for field in now.fields][-1] == "new"
    assert query(now, "new") == [None]
    with pytest.raises(Missing, match="at or before"):
        scan_sql(commits, "processed", "t", at=datetime(2020, 1, 1, tzinfo=UTC))


def test_unknown_snapshot_and_table_are_missing(commits: IcebergCommits) -> None:
    with pytest.raises(Missing, match="17"):
        scan_sql(commits, "processed", "t", snapshot_id=17)
    with pytest.raises(Missing, match=r"curated\.nothing"):
        scan_sql(commits, "curated", "nothing")


@pytest.mark.parametrize(
    ("days", "numbers"),
    [
        (Days(), [1, 2, 3]),
        (Days(first=date(2026, 1, 2)), [2, 3]),
        (Days(last=date(2026, 1, 2)), [1, 2]),
        (Days(first=date(2026, 1, 2), last=date(2026, 1, 2)), [2]),
        (Days(first=date(2027, 1, 1)), []),
    ],
)
def test_files_of_other_days_are_left_out(
    commits: IcebergCommits, days: Days, numbers: list[int]
) -> None:
    add(commits, n1=1, n2=2, n3=3)

    scan = scan_sql(commits, "processed", "t", days=days)

    assert len(scan.files) == len(numbers)
    assert query(scan) == numbers


def test_type_of_another_engine_is_refused_with_its_column() -> None:
    field = TableField(id=1, name="price", type="decimal(9, 2)", required=False)

    with pytest.raises(Unsupported, match=r"price.*decimal\(9, 2\)"):
        select_sql([field], ["/a.parquet"])
