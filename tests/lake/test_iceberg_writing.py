from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.errors import Unprocessable
from headwater.lake import writing
from headwater.lake.writing import write_parquet

ROUNDS = int(os.environ.get("HEADWATER_TEST_ROUNDS", "20"))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def field(name: str, type_: Any, id_: int, *, nullable: bool = True) -> Any:
    return pa.field(name, type_, nullable, {"PARQUET:field_id": str(id_)})


SCHEMA = pa.schema(
    [
        field("number", pa.int64(), 1),
        field("event_ts", pa.timestamp("us", "UTC"), 2, nullable=False),
        field("text", pa.string(), 3),
    ]
)


def read(paths: tuple[str, ...]) -> list[list[dict[str, Any]]]:
    return [pq.ParquetFile(path).read().to_pylist() for path in paths]


@settings(max_examples=ROUNDS, deadline=None)
@given(days=st.lists(st.integers(-900, 40_000)), seconds=st.integers(0, 86_399))
def test_rows_go_to_the_file_of_their_day_in_order(
    tmp_path_factory: pytest.TempPathFactory, days: list[int], seconds: int
) -> None:
    folder = tmp_path_factory.mktemp("table")
    stamps = [EPOCH + timedelta(days=day, seconds=seconds) for day in days]
    rows = pa.table({"number": pa.array(range(len(days)), pa.int64()), "event_ts": stamps}).cast(
        pa.schema([SCHEMA.field(0), SCHEMA.field(1)])
    )

    paths = write_parquet(rows, SCHEMA, folder, day_of="event_ts")

    found = dict(zip(paths, read(paths), strict=True))
    assert len(found) == len(set(days))
    for path, part in found.items():
        (day,) = {row["event_ts"].date() for row in part}
        assert Path(path).parent == folder / "data" / f"event_ts_day={day}"
        numbers = [row["number"] for row in part]
        assert numbers == sorted(numbers)
        assert all(stamps[row["number"]] == row["event_ts"] for row in part)
    assert sorted(row["number"] for part in found.values() for row in part) == [*range(len(days))]


def test_file_has_the_field_ids_and_columns_of_the_table(tmp_path: Path) -> None:
    rows = pa.table({"event_ts": pa.array([0], pa.timestamp("s")), "number": pa.array([1], "int8")})

    (path,) = write_parquet(rows, SCHEMA, tmp_path, day_of=None)

    written = pq.ParquetFile(path)
    assert written.schema_arrow.equals(SCHEMA)
    ids = [field.metadata[b"PARQUET:field_id"] for field in written.schema_arrow]
    assert ids == [b"1", b"2", b"3"]
    assert written.read().to_pylist() == [{"number": 1, "event_ts": EPOCH, "text": None}]
    assert written.metadata.row_group(0).column(0).compression == "ZSTD"


def test_no_rows_make_no_files(tmp_path: Path) -> None:
    assert write_parquet(SCHEMA.empty_table(), SCHEMA, tmp_path, day_of="event_ts") == ()
    assert write_parquet(SCHEMA.empty_table(), SCHEMA, tmp_path, day_of=None) == ()


def test_many_rows_of_a_day_become_several_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "ROWS_PER_FILE", 4)
    rows = pa.table({"number": range(10), "event_ts": pa.array([0] * 10, SCHEMA.field(1).type)})

    paths = write_parquet(rows, SCHEMA, tmp_path, day_of="event_ts")

    assert [len(part) for part in read(paths)] == [4, 4, 2]
    assert [row["number"] for part in read(paths) for row in part] == [*range(10)]


def test_writing_twice_never_uses_a_name_twice(tmp_path: Path) -> None:
    rows = pa.table({"event_ts": pa.array([0], SCHEMA.field(1).type)})

    first = write_parquet(rows, SCHEMA, tmp_path, day_of="event_ts")

    assert not set(first) & set(write_parquet(rows, SCHEMA, tmp_path, day_of="event_ts"))


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"event_ts": pa.array([None], pa.timestamp("us", "UTC"))}, "event_ts.* NULL in 1"),
        ({}, "event_ts.* NULL"),
        ({"number": ["many"]}, "number.* int64"),
        ({"number": pa.array([2**63], pa.uint64())}, "number.* int64"),
        ({"else": [1]}, "no column 'else'"),
    ],
)
def test_values_that_the_table_cannot_hold_are_refused(
    tmp_path: Path, columns: dict[str, Any], said: str
) -> None:
    rows = pa.table(columns or {"number": [1]})

    with pytest.raises(Unprocessable, match=said):
        write_parquet(rows, SCHEMA, tmp_path, day_of="event_ts")

    assert list(tmp_path.iterdir()) == []
