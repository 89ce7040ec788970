from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from headwater.cli.answers import answers_for
from headwater.cli.main import app
from headwater.errors import Invalid


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data directory that knows one job with two tables."""
    folder = tmp_path_factory.mktemp("search") / "data"
    event = {
        "eventType": "COMPLETE",
        "eventTime": "2026-11-21T01:00:00Z",
        "run": {"runId": "01a1fb67-1800-7de6-80de-0d1c32a0395a"},
        "job": {"namespace": "etl", "name": "load_orders"},
        "inputs": [{"namespace": "db", "name": "raw.clicks"}],
        "outputs": [
            {
                "namespace": "db",
                "name": "shop.orders",
                "facets": {
                    "schema": {"fields": [{"name": "customer_id"}, {"name": "click_count"}]},
                    "ownership": {"owners": [{"name": "team:shop"}]},
                },
            }
        ],
    }
    with answers_for(url=None, data=folder) as answers:
        answers.post("/api/v1/lineage", event)
    return folder


def search(data: Path, *arguments: str) -> Any:
    return CliRunner().invoke(app, ["--data", str(data), "search", *arguments])


def test_hits_are_listed_with_their_namespaces(data):
    asked = search(data, "ord")
    assert asked.exit_code == 0, asked.output
    assert set(asked.stdout.splitlines()) == {"dataset shop.orders  db", "job     load_orders  etl"}


def test_a_column_that_matches_is_shown(data):
    lines = search(data, "click", "count").stdout.splitlines()
    assert lines == ["dataset shop.orders  db", "        columns: click_count"]


def test_filters_and_json(data):
    found = json.loads(search(data, "--owner", "Team:Shop", "--json").stdout)
    assert [hit["id"] for hit in found["hits"]] == ["dataset:db:shop.orders"]
    found = json.loads(search(data, "ord", "--kind", "job", "--json").stdout)
    assert [hit["matches"][0]["spans"] for hit in found["hits"]] == [[[5, 11]]]


def test_nothing_found_says_what_to_try(data):
    assert "try fewer or shorter words" in search(data, "nosuchthing").stdout


def test_a_question_without_words_is_invalid(data):
    assert isinstance(search(data).exception, Invalid)
