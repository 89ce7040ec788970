"""Requests of real OpenTelemetry SDKs."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from headwater.wire.otlp.signals import Signal

FILE = Path(__file__).parent.parent / "payloads" / "producers" / "otlp.ndjson"


@dataclass(frozen=True)
class Sent:
    """A captured request."""

    signal: Signal
    media_type: str
    body: bytes


def captured() -> Iterator[Sent]:
    """Yield every captured request, inflated."""
    for line in FILE.read_text().splitlines():
        request = json.loads(line)
        headers = {name.lower(): value for name, value in request["headers"]}
        body = request.get("body")
        yield Sent(
            signal=Signal(request["path"].rpartition("/")[2]),
            media_type=headers["content-type"],
            body=b64decode(request["body_b64"]) if body is None else body.encode(),
        )
