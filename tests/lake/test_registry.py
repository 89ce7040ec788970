"""The schema registry: versions, what they may change, proposals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from headwater.clock import ManualClock
from headwater.errors import Conflict, Missing, Unprocessable
from headwater.lake.lake_database import close_lake_database, open_lake_database
from headwater.lake.registry import SqlRegistry


def schema(required: tuple[str, ...] = (), **types: Any) -> dict[str, Any]:
    properties = {k: {"type": v} if isinstance(v, str) else v for k, v in types.items()}
    return {"type": "object", "properties": properties, "required": list(required)}


@pytest.fixture
def built() -> list[str]:
    return []


@pytest.fixture
def registry(tmp_path: Path, built: list[str]) -> Iterator[SqlRegistry]:
    engine = open_lake_database(tmp_path / "lake.db")
    clock = ManualClock(datetime(2026, 11, 21, tzinfo=UTC))
    yield SqlRegistry(engine, clock, downstream=lambda _: built)
    close_lake_database(engine)


def test_first_version_is_kept_as_given(registry: SqlRegistry) -> None:
    given = schema(("x",), x="integer", y={"type": ["string", "null"]})
    stored = registry.register("a", given, actor="me")
    assert registry.get("a") == stored
    assert (stored.version, stored.schema, stored.registered_by) == (1, given, "me")
    assert [(c.name, c.type, c.required) for c in stored.columns] == [
        ("x", "long", True),
        ("y", "string", False),
    ]


def test_same_schema_again_is_the_same_version(registry: SqlRegistry) -> None:
    first = registry.register("a", schema(x="integer"), actor="me")
    assert registry.register("a", schema(x="integer"), actor="you") == first
    assert len(registry.find()) == 1


def test_added_fields_and_wider_types_make_a_version(registry: SqlRegistry) -> None:
    registry.register("a", schema(("x",), x={"type": "integer", "format": "int32"}), actor="me")
    second = registry.register("a", schema(n="string", x="integer"), actor="me")
    assert second.version == 2
    assert [(c.name, c.type, c.required) for c in second.columns] == [
        ("x", "long", False),
        ("n", "string", False),
    ]
    assert registry.get("a", 1).columns[0].type == "int"
    assert [s.version for s in registry.find("a")] == [1, 2]


def test_other_changes_conflict_and_name_what_they_break(
    registry: SqlRegistry, built: list[str]
) -> None:
    registry.register("a", schema(x="integer", y="string"), actor="me")
    built += ["processed.a", "curated.daily_summary"]
    with pytest.raises(Conflict) as caught:
        registry.register("a", schema(("z",), x="string", z="string"), actor="me")
    assert caught.value.details["downstream"] == built
    assert {(c["path"], c["change"]) for c in caught.value.details["changes"]} == {
        ("/x", "changes from long to string"),
        ("/y", "is removed"),
        ("/z", "is added as required"),
    }
    assert registry.get("a").version == 1


def test_unknown_source_or_version_is_missing(registry: SqlRegistry) -> None:
    with pytest.raises(Missing):
        registry.get("a")
    registry.register("a", schema(x="integer"), actor="me")
    with pytest.raises(Missing):
        registry.get("a", 2)


def test_bad_source_is_refused(registry: SqlRegistry) -> None:
    with pytest.raises(Unprocessable) as caught:
        registry.register("../a", schema(), actor="me")
    assert caught.value.path == "/source"


def test_registered_schema_beats_a_proposal(registry: SqlRegistry) -> None:
    registry.register("a", schema(x="integer"), actor="me")
    assert registry.propose("a", schema(x="integer", y="string")).version == 1


def test_proposal_only_grows(registry: SqlRegistry) -> None:
    first = registry.propose("a", schema(x="integer"))
    assert first.proposed
    second = registry.propose("a", schema(x="string", y="string"))
    assert [(c.name, c.type) for c in second.columns] == [("x", "long"), ("y", "string")]
    assert registry.propose("a", schema(y="string")) == second


def test_unused_proposal_may_be_replaced_and_a_used_one_must_be_kept(
    registry: SqlRegistry, built: list[str]
) -> None:
    registry.propose("a", schema(x="integer"))
    registry.propose("b", schema(x="integer"))
    assert registry.register("a", schema(x="string"), actor="me").columns[0].type == "string"
    built.append("processed.b")
    with pytest.raises(Conflict):
        registry.register("b", schema(x="string"), actor="me")
    kept = registry.register("b", schema(("x",), x={"type": "integer", "minimum": 0}), actor="me")
    assert not kept.proposed
    assert not kept.columns[0].required  # the table has rows that were never checked


def test_listeners_hear_of_new_versions(registry: SqlRegistry) -> None:
    heard: list[str] = []
    registry.subscribe(heard.append)
    registry.register("a", schema(x="integer"), actor="me")
    registry.register("a", schema(x="integer"), actor="me")
    registry.propose("b", schema(x="integer"))
    assert heard == ["a", "b"]
