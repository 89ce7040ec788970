"""The kinds of OTLP requests, and what is wrong with one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

PROTOBUF: Final = "application/x-protobuf"
JSON: Final = "application/json"


class Signal(StrEnum):
    """The kinds of telemetry; the value is the last part of the path."""

    TRACES = "traces"
    METRICS = "metrics"
    LOGS = "logs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """What of a request could not be kept: how many items, where the first of them is, and why."""

    rejected: int
    path: str
    reason: str
