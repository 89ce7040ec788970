from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from headwater.clock import ManualClock
from headwater.control.tokens import SqliteTokens
from headwater.identity.access import TokenAccess


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))


@pytest.fixture
def tokens(tmp_path: Path) -> Iterator[SqliteTokens]:
    store = SqliteTokens.open(tmp_path / "control.db")
    yield store
    store.close()


@pytest.fixture
def access(tokens: SqliteTokens, clock: ManualClock) -> TokenAccess:
    return TokenAccess(tokens, clock=clock)
