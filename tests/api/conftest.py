from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter

from headwater.api.application import create_application
from headwater.api.dispatch import Front, HotRoute
from headwater.api.segments import register_segment
from headwater.app.inside import inside_exchange
from headwater.clock import ManualClock
from headwater.control.tokens import SqliteTokens
from headwater.identity.access import OwnerAccess, TokenAccess
from headwater.model.exchange import Reply
from tests.shapes import check_shape


@dataclass
class Caller:
    """Calls an application in this process; every answer must be what its route declares."""

    exchange: Any
    front: Front

    def __call__(
        self,
        method: str,
        target: str,
        body: Any = b"",
        *,
        token: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        sent = dict(headers or {})
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        reply: Reply = self.exchange(method, target, body, sent)
        check_shape(self.front, method, target, reply)
        return reply


@pytest.fixture
def calling() -> Callable[..., Caller]:
    """Build an application of routers and hot routes, and return what calls it."""
    register_segment()

    def build(*routers: APIRouter, hot: Sequence[HotRoute] = (), access: Any = None) -> Caller:
        application = create_application(access=access or OwnerAccess(), routers=routers, hot=hot)
        return Caller(inside_exchange(application), application)

    return build


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))


@pytest.fixture
def access(tmp_path: Path, clock: ManualClock) -> Iterator[TokenAccess]:
    store = SqliteTokens.open(tmp_path / "control.db")
    yield TokenAccess(store, clock=clock)
    store.close()
