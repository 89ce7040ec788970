from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from headwater.lake.contract import Commits, TableDeclaration, Tables
from headwater.lake.iceberg import IcebergCommits
from headwater.lake.metadata import MetadataTables
from headwater.lake.writing import write_parquet
from headwater.model.columns import Column, ColumnType
from headwater.model.table import Table


def column(name: str, type_: ColumnType, *, required: bool = False) -> Column:
    return Column(field=name, name=name, type=type_, required=required)


READINGS = TableDeclaration(
    zone="processed",
    name="readings",
    columns=(
        column("id", "string", required=True),
        column("event_ts", "timestamp"),
        column("level", "int"),
        column("ratio", "float"),
        column("detail", "json"),
    ),
    day_of="event_ts",
    description="Levels of the river",
)


@dataclass(frozen=True)
class Backend:
    """A backend under test: how to open its two sides on one lake."""

    open_commits: Callable[[], Commits]
    tables: Tables
    declaration: TableDeclaration = READINGS

    def write(self, table: Table, days: dict[int, int]) -> tuple[str, ...]:
        """Write files with so many rows for each day of January 2026."""
        stamps = [
            datetime(2026, 1, day, 12, tzinfo=UTC) for day, n in days.items() for _ in range(n)
        ]
        rows = pa.table(
            {
                "id": [f"{table.name}-{index}" for index in range(len(stamps))],
                "event_ts": pa.array(stamps, pa.timestamp("us", "UTC")),
            }
        )
        schema = self.open_commits().arrow_schema(table.zone, table.name)
        return write_parquet(rows, schema, Path(table.location), day_of="event_ts")


@pytest.fixture(params=["iceberg"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    opened: list[IcebergCommits] = []

    def open_commits() -> Commits:
        opened.append(IcebergCommits(tmp_path / "lake"))
        return opened[-1]

    yield Backend(open_commits, MetadataTables(tmp_path / "lake"))
    for commits in opened:
        commits.close()


@pytest.fixture
def commits(backend: Backend) -> Commits:
    return backend.open_commits()
