"""Who asks, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """What a request does to a resource; every route names one."""

    READ = "read"
    WRITE = "write"
    RUN = "run"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who makes a request: a name for the log, and the actions that the token allows."""

    name: str
    actions: frozenset[Action]


LOCAL = Principal(name="local", actions=frozenset(Action))
"""Whoever reaches the loopback address while no token exists: all rights."""

SYSTEM = Principal(name="system", actions=frozenset(Action))
"""The platform itself: its own jobs, seals and recoveries."""
