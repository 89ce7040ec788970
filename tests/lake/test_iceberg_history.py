"""Whatever happens to a table, a scan of any of its snapshots returns what was written."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headwater import duck
from headwater.lake.contract import BOOKMARK, RUN_ID, Change, TableDeclaration
from headwater.lake.iceberg import IcebergCommits
from headwater.lake.reading import TableScan, scan_sql
from headwater.lake.writing import write_parquet
from headwater.model.columns import Column, ColumnType

ROUNDS = int(os.environ.get("HEADWATER_TEST_ROUNDS", "20"))
START = datetime(1969, 12, 30, tzinfo=UTC)
WIDER: dict[ColumnType, ColumnType] = {"int": "long", "float": "double"}
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "int": st.integers(-(2**31), 2**31 - 1),
    "long": st.integers(-(2**63), 2**63 - 1),
    "float": st.floats(width=32),
    "double": st.floats(),
    "string": st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20),
    "boolean": st.booleans(),
    "date": st.dates(START.date(), START.date() + timedelta(9)),
}
names = st.text(st.sampled_from("abX_ -.%'\"é水🌊\n"), min_size=1, max_size=6)


class History:
    """A table and, beside it, the rows that each of its files should hold."""

    def __init__(self, folder: Path) -> None:
        self.commits = IcebergCommits(folder / "lake")
        self.columns: dict[str, ColumnType] = {"id": "long", "event_ts": "timestamp"}
        self.files: dict[str, list[dict[str, Any]]] = {}
        self.past: dict[int, tuple[list[str], list[dict[str, Any]]]] = {}
        self.bookmark = 0
        self.ensure()

    def ensure(self) -> None:
        columns = tuple(Column(field=n, name=n, type=t) for n, t in self.columns.items())
        self.table = self.commits.ensure(
            TableDeclaration(zone="processed", name="t", columns=columns, day_of="event_ts")
        )

    def write(self, rows: list[dict[str, Any]]) -> tuple[str, ...]:
        schema = self.commits.arrow_schema("processed", "t")
        table = pa.Table.from_pylist(rows, schema=schema)
        paths = write_parquet(table, schema, Path(self.table.location), day_of="event_ts")
        for path in paths:
            self.files[path] = pq.ParquetFile(path).read().to_pylist()
        return paths

    def commit(self, add: tuple[str, ...], remove: tuple[str, ...], live: set[str]) -> None:
        self.bookmark += 1
        summary = {RUN_ID: str(self.bookmark), BOOKMARK: str(self.bookmark)}
        change = Change(add=add, remove=remove, summary=summary)
        snapshot = self.commits.commit("processed", "t", change)
        rows = [row for path in live for row in self.files[path]]
        self.past[snapshot.id] = ([*self.columns], rows)

    def read(self, scan: TableScan) -> tuple[list[str], Counter[str]]:
        with closing(duck.connect(threads=1)) as connection:
            table = connection.execute(scan.sql).to_arrow_table()
        return table.column_names, bag(table.to_pylist(), table.column_names)


def bag(rows: list[dict[str, Any]], columns: list[str]) -> Counter[str]:
    return Counter(repr([row.get(name) for name in columns]) for row in rows)


@contextmanager
def history() -> Iterator[History]:
    with TemporaryDirectory() as folder:
        made = History(Path(folder))
        try:
            yield made
        finally:
            made.commits.close()


@settings(max_examples=ROUNDS, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_scans_return_what_was_committed(data: st.DataObject) -> None:
    with history() as it:
        live: set[str] = set()
        for _ in range(data.draw(st.integers(1, 8))):
            step = data.draw(st.sampled_from(["append", "append", "replace", "add", "widen"]))
            if step == "append":
                paths = it.write(data.draw(rows(it.columns)))
                live |= set(paths)
                it.commit(paths, (), live)
            elif step == "replace":
                gone = data.draw(st.sets(st.sampled_from(sorted(live)))) if live else set()
                paths = it.write([row for path in gone for row in it.files[path]])
                live = live - gone | set(paths)
                it.commit(paths, tuple(gone), live)
            elif step == "add":
                name = data.draw(names.filter(lambda n: n not in it.columns))
                it.columns[name] = data.draw(st.sampled_from([*VALUES]))  # type: ignore[arg-type]
                it.ensure()
            else:
                it.columns |= {n: WIDER[t] for n, t in it.columns.items() if t in WIDER}
                it.ensure()

        now = bag([row for path in live for row in it.files[path]], [*it.columns])
        assert it.read(scan_sql(it.commits, "processed", "t")) == ([*it.columns], now)
        for snapshot_id, (columns, found) in it.past.items():
            scan = scan_sql(it.commits, "processed", "t", snapshot_id=snapshot_id)
            assert it.read(scan) == (columns, bag(found, columns))


def rows(columns: dict[str, ColumnType]) -> st.SearchStrategy[list[dict[str, Any]]]:
    stamps = st.datetimes(START.replace(tzinfo=None), datetime(1970, 1, 2), timezones=st.just(UTC))  # noqa: DTZ001  # hypothesis wants naive bounds
    row = {"id": VALUES["long"], "event_ts": stamps}
    row |= {n: st.none() | VALUES[t] for n, t in columns.items() if n not in row}
    return st.lists(st.fixed_dictionaries(row), max_size=6)
