"""What holds for every test: rounds, a clean environment, markers by folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.lineage_stores import (
    lineage_backend,
    postgresql_backend,
    postgresql_server,
    pytest_generate_tests,
)

__all__ = [
    "lineage_backend",
    "postgresql_backend",
    "postgresql_server",
    "pytest_generate_tests",
]

ROUNDS = int(os.environ.get("HEADWATER_TEST_ROUNDS", "20"))
HERE = Path(__file__).parent

settings.register_profile(
    "rounds",
    max_examples=ROUNDS,
    deadline=None,
    derandomize="CI" in os.environ,  # a commit is refused for what it does, not for what is drawn
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    print_blob=True,
)
settings.load_profile("rounds")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by the folder that they are in, so that none runs in the wrong command.

    The first test of the browser has the demo made for all of them, which takes its time.
    """
    for item in items:
        folder = item.path.relative_to(HERE).parts[0]
        if folder in ("browser", "faults", "journey"):
            item.add_marker(folder)
        if folder == "browser" and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(1800))


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the settings of whoever runs the tests."""
    for name in os.environ:
        if name.startswith("HEADWATER_") and name != "HEADWATER_TEST_ROUNDS":
            monkeypatch.delenv(name)
