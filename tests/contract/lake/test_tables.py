"""What every backend that reads tables promises."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from headwater.errors import Missing
from headwater.lake.contract import RUN_ID, Change, Commits


def test_lake_without_tables_finds_none(backend: Any) -> None:
    assert backend.tables.find() == ()
    with pytest.raises(Missing):
        backend.tables.get("processed", "readings")


def test_tables_come_by_qualified_name(backend: Any, commits: Commits) -> None:
    for zone, name in (("processed", "b"), ("curated", "z"), ("processed", "a")):
        commits.ensure(replace(backend.declaration, zone=zone, name=name))

    assert [table.qualified_name for table in backend.tables.find()] == [
        "curated.z",
        "processed.a",
        "processed.b",
    ]
    assert [table.name for table in backend.tables.find("processed")] == ["a", "b"]


def test_reader_sees_what_the_writer_returned(backend: Any, commits: Commits) -> None:
    ensured = commits.ensure(backend.declaration)
    assert backend.tables.get("processed", "readings") == ensured

    before = datetime.now(UTC)
    made = [
        commits.commit("processed", "readings", Change(summary={RUN_ID: str(number)}))
        for number in range(3)
    ]

    table = backend.tables.get("processed", "readings")
    assert list(table.snapshots) == made
    assert table.current_snapshot_id == made[-1].id
    slack, after = timedelta(seconds=1), datetime.now(UTC)
    assert all(before - slack <= one.committed_at <= after + slack for one in made)


def test_descriptions_are_kept(backend: Any, commits: Commits) -> None:
    described = replace(backend.declaration.columns[0], description="What the sensor calls it")
    columns = (described, *backend.declaration.columns[1:])

    table = commits.ensure(replace(backend.declaration, columns=columns))

    assert table.fields[0].description == "What the sensor calls it"
    assert table.fields[1].description is None


def test_maps_are_columns_like_others(backend: Any, commits: Commits) -> None:
    first, *rest = backend.declaration.columns
    columns = (first, *rest, replace(first, name="m", type="metrics"))

    before = commits.ensure(replace(backend.declaration, columns=columns))
    columns = (*columns, replace(first, name="s", type="shares"))
    after = commits.ensure(replace(backend.declaration, columns=columns))

    assert [field.type for field in before.fields][-1] == "metrics"
    assert [field.type for field in after.fields][-2:] == ["metrics", "shares"]
