"""The pages of the API itself: they come from this server alone and name what is served."""

from __future__ import annotations

from pathlib import Path

import pytest

from headwater import errors
from headwater.app.inside import inside_exchange
from headwater.app.platform import Platform
from headwater.config import load_settings
from headwater.model.exchange import Exchange


@pytest.fixture
def ask(tmp_path: Path) -> Exchange:
    with Platform.open(load_settings(data=tmp_path / "data")) as platform:
        yield inside_exchange(platform.application)  # type: ignore[misc]


def page(ask: Exchange, path: str) -> str:
    reply = ask("GET", path, b"", {})
    assert reply.status == 200
    return reply.body.decode()


def test_the_page_of_routes_names_hot_and_cold_ones_and_loads_nothing(ask: Exchange) -> None:
    text = page(ask, "/docs")
    for path in ("/ingest", "/api/v1/lineage", "/api/v2/sql", "/api/v2/lineage"):
        assert f"</b> {path}<" in text
    assert "http://" not in text
    assert "https://" not in text
    assert "<script" not in text


def test_every_kind_of_error_has_its_anchor(ask: Exchange) -> None:
    text = page(ask, "/docs/errors")
    kinds = [getattr(errors, name) for name in errors.__all__]
    for kind in kinds:
        if hasattr(kind, "slug"):
            assert f'id="{kind.slug}"' in text
