from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from typer.testing import CliRunner

from headwater.app.inside import inside_exchange
from headwater.app.platform import Platform
from headwater.cli.answers import Answers
from headwater.cli.main import lineage
from headwater.config import load_settings
from headwater.errors import Missing
from headwater.model.principal import LOCAL

EVENT = {
    "eventTime": "2026-11-21T01:00:00Z",
    "producer": "urn:test",
    "dataset": {
        "namespace": "headwater",
        "name": "orders",
        "facets": {
            "schema": {"fields": [{"name": "id", "type": "BIGINT"}]},
            "tags": {"tags": [{"key": "gold", "value": "1"}]},
            "catalog": {"name": "prod", "type": "rest", "warehouseUri": "s3://wh"},
            "hierarchy": {"hierarchy": [{"type": "SCHEMA", "name": "public"}, {"name": "orders"}]},
        },
    },
}


@dataclass
class Inside:
    """A session with a platform that stays open from one command to the next."""

    platform: Platform

    @contextmanager
    def answers(self):
        yield Answers(inside_exchange(self.platform.application))


@pytest.fixture
def platform(tmp_path):
    """Open a platform that knows one table."""
    with Platform.open(load_settings(data=tmp_path / "data")) as platform:
        platform.lineage.door.submit([json.dumps(EVENT).encode()], principal=LOCAL)
        yield platform


@pytest.fixture
def call(platform, monkeypatch):
    """Run commands on it."""
    monkeypatch.setenv("COLUMNS", "200")
    return lambda *words: _run(platform, *words)


def _run(platform: Platform, *words: str) -> str:
    outcome = CliRunner().invoke(lineage, list(words), obj=Inside(platform))
    if outcome.exception is not None:
        raise outcome.exception
    return outcome.output


def test_table_says_where_it_lives(call):
    lines = [line.rstrip() for line in call("about", "orders").splitlines()]
    assert lines[-2:] == ["catalog    prod, rest, s3://wh", "hierarchy  SCHEMA public > orders"]


def test_people_tag_describe_and_own_and_see_who_says_what(call):
    call("tag", "orders", "checked", "daily")
    call("tag", "orders", "PII", "--column", "id")
    call("describe", "orders", "all orders")
    shown = call("own", "orders", "team:shop", "--type", "STEWARD")
    for words in (
        ("description", "all orders", "person"),
        ("tag", "checked", "person", "local"),
        ("tag", "gold", "event", "local"),
        ("id", "tag", "PII", "person"),
        ("owner", "team:shop (STEWARD)", "person"),
    ):
        assert any(all(word in line for word in words) for line in shown.splitlines()), words
    found = json.loads(call("untag", "orders", "gold", "daily", "--json"))
    assert [tag["tag"] for tag in found["tags"]] == ["checked"]
    assert [tag["tag"] for tag in found["removed_tags"]] == ["gold"]
    call("disown", "orders", "team:shop")
    assert json.loads(call("describe", "orders", "", "--json"))["description"] is None


def test_deleted_table_is_listed_and_brought_back(call):
    assert "No dataset is hidden" in call("deleted")
    assert "orders is hidden" in call("delete", "orders")
    (line,) = [line for line in call("deleted").splitlines() if "orders" in line]
    assert "local" in line
    assert "there again" in call("undelete", "orders")
    call("delete", "namespace:headwater")
    assert len(json.loads(call("deleted", "--kind", "namespace", "--json"))["deleted"]) == 1
    call("undelete", "namespace:headwater")
    assert "No dataset is hidden" in call("deleted")


def test_what_is_hidden_is_listed_page_by_page(call, platform):
    for name in ("prices", "returns"):
        more = EVENT | {"dataset": {"namespace": "headwater", "name": name}}
        platform.lineage.door.submit([json.dumps(more).encode()], principal=LOCAL)
    for name in ("orders", "prices", "returns"):
        call("delete", name)
    first = call("deleted", "--limit", "2")
    assert "prices" in first
    assert "returns" not in first
    after = first.rpartition("--after ")[2].strip()
    last = call("deleted", "--limit", "2", "--after", after)
    assert "returns" in last
    assert "There are more" not in last


def test_what_never_was_is_said_to_be_missing(call):
    with pytest.raises(Missing, match="there is no dataset:headwater:nothing"):
        call("tag", "nothing", "x")
    assert "Nothing is said of headwater (namespace) yet" in call("about", "namespace:headwater")


def test_erase_asks_unless_told_not_to(call):
    with pytest.raises(SystemExit):
        call("erase", "orders")
    assert "gold" in call("about", "orders")
    assert "1 entry of the log blank now" in call("erase", "orders", "--yes")
    with pytest.raises(Missing):
        call("about", "orders")
