"""An error about a parameter shows the value that was sent."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from headwater.app.inside import inside_exchange
from headwater.app.platform import Platform
from headwater.config import load_settings
from headwater.model.exchange import Exchange


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    """A platform without a server."""
    with Platform.open(load_settings(data=tmp_path_factory.mktemp("lake"))) as platform:
        yield inside_exchange(platform.application)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("/api/v2/runs?limit=many", "query /limit: 'many' should be a valid integer"),
        ("/api/v2/runs/nightly/telemetry", "path /run_id: 'nightly' should be a valid UUID"),
        ("/api/v2/runs?limit=%00%5C1", r"query /limit: '\x00\\1' should be a valid integer"),
        (f"/api/v2/runs?limit={'x' * 5000}", f"query /limit: '{'x' * 60}' should"),
    ],
)
def test_value_of_a_parameter_is_shown(exchange: Exchange, target: str, said: str) -> None:
    reply = exchange("GET", target, b"", {})
    assert reply.status == 422
    assert said in json.loads(reply.body)["detail"]


def test_value_in_a_body_is_not_shown(exchange: Exchange) -> None:
    reply = exchange("POST", "/api/v2/sql", b'{"sql": 12345}', {"Content-Type": "application/json"})
    assert reply.status == 422
    assert "12345" not in json.loads(reply.body)["detail"]
