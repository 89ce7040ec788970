"""What every backend that writes tables promises."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from headwater.errors import Conflict, Missing, Unprocessable
from headwater.lake.contract import BOOKMARK, RUN_ID, Change, Commits
from headwater.model.columns import Column


def with_columns(backend: Any, **types: Any) -> Any:
    kept = [one for one in backend.declaration.columns if one.name not in types]
    new = [Column(field=name, name=name, type=type_) for name, type_ in types.items()]
    return replace(backend.declaration, columns=(*kept, *new))


def test_ensured_table_has_the_declared_columns(backend: Any, commits: Commits) -> None:
    table = commits.ensure(backend.declaration)

    assert [(field.name, field.type, field.required) for field in table.fields] == [
        ("id", "string", True),
        ("event_ts", "timestamp", True),
        ("level", "int", False),
        ("ratio", "float", False),
        ("detail", "json", False),
    ]
    assert table.snapshots == ()
    assert table.current_snapshot_id is None


def test_ensuring_again_changes_nothing(backend: Any, commits: Commits) -> None:
    assert commits.ensure(backend.declaration) == commits.ensure(backend.declaration)


def test_added_and_widened_columns_keep_their_ids(backend: Any, commits: Commits) -> None:
    before = {field.name: field.id for field in commits.ensure(backend.declaration).fields}

    after = commits.ensure(with_columns(backend, level="long", ratio="double", notes="json"))

    types = {field.name: field.type for field in after.fields}
    assert types == {
        "id": "string",
        "event_ts": "timestamp",
        "level": "long",
        "ratio": "double",
        "detail": "json",
        "notes": "json",
    }
    assert {field.name: field.id for field in after.fields if field.name in before} == before


def test_narrower_declaration_fits_the_wider_table(backend: Any, commits: Commits) -> None:
    commits.ensure(with_columns(backend, level="long"))

    after = commits.ensure(backend.declaration)

    assert {field.name: field.type for field in after.fields}["level"] == "long"


def test_column_that_is_declared_no_more_may_be_null(backend: Any, commits: Commits) -> None:
    commits.ensure(backend.declaration)
    fewer = replace(backend.declaration, columns=backend.declaration.columns[1:])

    after = commits.ensure(fewer)

    assert {field.name: field.required for field in after.fields}["id"] is False


@pytest.mark.parametrize(
    ("column", "type_"),
    [("level", "string"), ("detail", "string"), ("id", "json"), ("ratio", "long"), ("id", "date")],
)
def test_other_change_of_type_is_a_conflict_that_names_it(
    backend: Any, commits: Commits, column: str, type_: str
) -> None:
    before = commits.ensure(backend.declaration)

    with pytest.raises(Conflict, match=column) as caught:
        commits.ensure(with_columns(backend, **{column: type_, "another": "long"}))

    assert [one["column"] for one in caught.value.details["columns"]] == [column]
    assert backend.tables.get("processed", "readings") == before


def test_other_partition_is_a_conflict(backend: Any, commits: Commits) -> None:
    commits.ensure(backend.declaration)

    with pytest.raises(Conflict, match="partitioned"):
        commits.ensure(replace(backend.declaration, day_of=None))


def test_partition_needs_a_timestamp(backend: Any, commits: Commits) -> None:
    with pytest.raises(Unprocessable, match="level"):
        commits.ensure(replace(backend.declaration, day_of="level"))


def test_commit_adds_its_files_with_their_days(backend: Any, commits: Commits) -> None:
    table = commits.ensure(backend.declaration)
    files = backend.write(table, {3: 5, 4: 2})

    snapshot = commits.commit("processed", "readings", Change(add=files, summary={"a": "b"}))

    found = commits.files("processed", "readings")
    assert {(file.path, file.records) for file in found} == set(zip(files, (5, 2), strict=True))
    assert [value for file in found for value in file.partition.values()] == [
        date(2026, 1, 3),
        date(2026, 1, 4),
    ]
    assert all(file.size_bytes == Path(file.path).stat().st_size for file in found)
    assert all(sum(file.column_sizes.values()) > 0 for file in found)
    assert snapshot.summary["a"] == "b"
    assert snapshot.parent_id is None
    assert backend.tables.get("processed", "readings").current_snapshot_id == snapshot.id


def test_commit_replaces_files_in_one_snapshot(backend: Any, commits: Commits) -> None:
    table = commits.ensure(backend.declaration)
    old = backend.write(table, {3: 5, 4: 2})
    first = commits.commit("processed", "readings", Change(add=old, summary={}))
    new = backend.write(table, {3: 6})

    second = commits.commit("processed", "readings", Change(add=new, remove=old[:1], summary={}))

    assert second.parent_id == first.id
    assert second.operation == "overwrite"
    snapshots = backend.tables.get("processed", "readings").snapshots
    assert [snapshot.id for snapshot in snapshots] == [first.id, second.id]
    assert {file.path for file in commits.files("processed", "readings")} == {old[1], *new}


def test_past_snapshot_keeps_its_files(backend: Any, commits: Commits) -> None:
    table = commits.ensure(backend.declaration)
    old = backend.write(table, {3: 5})
    first = commits.commit("processed", "readings", Change(add=old, summary={}))
    commits.commit("processed", "readings", Change(remove=old, summary={}))

    assert [file.path for file in commits.files("processed", "readings", first.id)] == list(old)
    assert commits.files("processed", "readings") == ()


def test_commit_without_files_still_carries_its_summary(backend: Any, commits: Commits) -> None:
    commits.ensure(backend.declaration)

    snapshot = commits.commit("processed", "readings", Change(summary={BOOKMARK: "7"}))

    assert snapshot.summary[BOOKMARK] == "7"
    assert commits.files("processed", "readings") == ()


def test_every_commit_carries_the_bookmark_forward(backend: Any, commits: Commits) -> None:
    commits.ensure(backend.declaration)
    both = {BOOKMARK: "7", f"{BOOKMARK}.other": "3", "headwater.job": "a"}
    commits.commit("processed", "readings", Change(summary=both))

    silent = commits.commit("processed", "readings", Change(summary={"headwater.job": "b"}))
    moved = commits.commit("processed", "readings", Change(summary={BOOKMARK: "8"}))

    assert (silent.summary[BOOKMARK], silent.summary[f"{BOOKMARK}.other"]) == ("7", "3")
    assert (moved.summary[BOOKMARK], moved.summary[f"{BOOKMARK}.other"]) == ("8", "3")
    assert "headwater.job" not in moved.summary


def test_run_commits_to_a_table_once(backend: Any, commits: Commits) -> None:
    table = commits.ensure(backend.declaration)
    change = Change(add=backend.write(table, {3: 5}), summary={RUN_ID: "run-1"})
    first = commits.commit("processed", "readings", change)
    commits.commit("processed", "readings", Change(summary={RUN_ID: "run-2"}))

    again = backend.open_commits().commit("processed", "readings", change)

    assert again == first
    assert len(backend.tables.get("processed", "readings").snapshots) == 2


def test_file_of_the_table_is_not_added_twice(backend: Any, commits: Commits) -> None:
    table = commits.ensure(backend.declaration)
    change = Change(add=backend.write(table, {3: 5}), summary={})
    commits.commit("processed", "readings", change)

    with pytest.raises(Conflict, match="in it already"):
        commits.commit("processed", "readings", change)


def test_file_that_is_gone_cannot_be_replaced(backend: Any, commits: Commits) -> None:
    table = commits.ensure(backend.declaration)
    files = backend.write(table, {3: 5})
    commits.commit("processed", "readings", Change(add=files, summary={}))
    commits.commit("processed", "readings", Change(remove=files, summary={}))
    new = backend.write(table, {3: 5})

    with pytest.raises(Conflict, match="not in it any more") as caught:
        commits.commit("processed", "readings", Change(add=new, remove=files, summary={}))

    assert caught.value.details["gone"] == list(files)
    assert commits.files("processed", "readings") == ()


def test_file_outside_the_table_is_refused(backend: Any, commits: Commits, tmp_path: Path) -> None:
    table = commits.ensure(backend.declaration)
    (path,) = backend.write(table, {3: 1})
    outside = tmp_path / "outside.parquet"
    outside.write_bytes(Path(path).read_bytes())

    with pytest.raises(Unprocessable, match="not under"):
        commits.commit("processed", "readings", Change(add=(str(outside),), summary={}))


def test_missing_file_is_refused(backend: Any, commits: Commits) -> None:
    table = commits.ensure(backend.declaration)

    with pytest.raises(Missing, match=r"none\.parquet"):
        commits.commit(
            "processed", "readings", Change(add=(f"{table.location}/none.parquet",), summary={})
        )

    assert backend.tables.get("processed", "readings").snapshots == ()


def test_unknown_table_and_snapshot_are_missing(backend: Any, commits: Commits) -> None:
    commits.ensure(backend.declaration)

    with pytest.raises(Missing, match=r"processed\.nothing"):
        commits.commit("processed", "nothing", Change(summary={}))
    with pytest.raises(Missing, match=r"curated\.nothing"):
        commits.files("curated", "nothing")
    with pytest.raises(Missing, match="17"):
        commits.files("processed", "readings", 17)
