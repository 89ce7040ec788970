"""What Marquez 0.51.1 was asked and answered, asked again of the whole platform, in order."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import httpx

from headwater.app.platform import Platform

TRANSCRIPT: Final = Path(__file__).parents[2] / "payloads" / "marquez" / "transcript.ndjson.gz"
RECORDED_AT: Final = datetime(2026, 11, 21, 2, 29, tzinfo=UTC)
ABSENT: Final = "<absent>"

Step = Mapping[str, Any]


@dataclass(frozen=True)
class Exchange:
    """One recorded call: what Marquez answered, and what is answered here.

    `expected` names what either server made up by what it is called here.
    """

    step: int
    call: str
    expected_status: int
    expected: Any
    status: int
    found: Any
    media_type: str


@cache
def read_transcript() -> tuple[dict[str, Any], ...]:
    """Return the recorded calls in order."""
    lines = gzip.decompress(TRANSCRIPT.read_bytes()).splitlines()
    return tuple(json.loads(line) for line in lines)


def replay(platform: Platform) -> list[Exchange]:
    """Make every recorded call, writes too, and return what came of it."""

    async def ask() -> list[Exchange]:
        transport = httpx.ASGITransport(app=platform.application)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            names = _Names()
            return [await _exchange(client, step, names) for step in read_transcript()]

    return asyncio.run(ask())


class _Names:
    """Ids that a server made up: by the variable of the recording, and theirs to ours."""

    def __init__(self) -> None:
        self.captured: dict[str, str] = {}
        self.made: dict[str, str] = {}

    def fill(self, template: str) -> str:
        return re.sub(r"\{\{(\w+)\}\}", lambda m: self.captured.get(m[1], m[0]), template)

    def learn(self, step: Step, found: Any) -> None:
        for name, value in (step["captures"] or {}).items():
            self.captured[name] = _same_place(step["response_body"], found, value)
            if step["method"] == "POST":
                self.made[value] = self.captured[name]

    def ours(self, body: Any) -> Any:
        text = json.dumps(body)
        for theirs, ours in self.made.items():
            text = text.replace(theirs, ours)
        return json.loads(text)


async def _exchange(client: httpx.AsyncClient, step: Step, names: _Names) -> Exchange:
    query = f"?{names.fill(step['query_template'])}" if step["query"] else ""
    target = names.fill(step["path_template"]) + query
    answer = await client.request(
        step["method"], target, content=body_of(step), headers=step["request_headers"] or {}
    )
    found = _parsed(answer.text)
    if answer.status_code in (200, 201):
        names.learn(step, found)
    return Exchange(
        step=step["step"],
        call=f"{step['method']} {step['path']}" + (f"?{step['query']}" if step["query"] else ""),
        expected_status=step["status"],
        expected=names.ours(step["response_body"]),
        status=answer.status_code,
        found=found,
        media_type=answer.headers.get("content-type", ""),
    )


def body_of(step: Step) -> bytes:
    """Return the body of a recorded call as it was sent."""
    for sent in (step["request_body_raw"], step["request_body"]):
        if isinstance(sent, str):
            return sent.encode()
    sent = step["request_body"]
    return json.dumps(sent).encode() if isinstance(sent, dict | list) else b""


def _parsed(text: str) -> Any:
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return text


def _same_place(theirs: Any, ours: Any, value: str) -> str:
    """Return what is said here where Marquez said `value`."""
    if theirs == value:
        return str(ours)
    pairs: list[tuple[Any, Any]] = []
    if isinstance(theirs, dict) and isinstance(ours, dict):
        pairs = [(theirs[name], ours.get(name)) for name in theirs]
    elif isinstance(theirs, list) and isinstance(ours, list):
        pairs = list(zip(theirs, ours, strict=False))
    found = (_same_place(a, b, value) for a, b in pairs)
    return next((place for place in found if place), "")


def differences(expected: Any, found: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield (path, expected, found) wherever two answers differ; `/*` is an item of a list."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for name in sorted(expected.keys() | found.keys()):
            below = f"{path}/{name}"
            yield from differences(expected.get(name, ABSENT), found.get(name, ABSENT), below)
    elif isinstance(expected, list) and isinstance(found, list):
        left, right = _by_identity(expected), _by_identity(found)
        for key in sorted(left.keys() | right.keys()):
            yield from differences(left.get(key, ABSENT), right.get(key, ABSENT), f"{path}/*")
        if left.keys() == right.keys() and list(left) != list(right):
            yield f"{path}/order", list(left), list(right)
    elif expected != found or type(expected) is not type(found):
        yield path, expected, found


def _by_identity(items: list[Any]) -> dict[str, Any]:
    """Return items by what they are called; those called alike by their number too."""
    found: dict[str, Any] = {}
    for item in items:
        name = base = _identity(item)
        number = 1
        while name in found:
            number += 1
            name = f"{base} {number}"
        found[name] = item
    return found


def _identity(item: Any) -> str:
    if not isinstance(item, dict):
        return json.dumps(item)
    for name in ("datasetVersionId", "id"):
        if isinstance(item.get(name), dict):
            inner = {k: v for k, v in item[name].items() if k != "version"}
            if "version" in item[name] and "createdAt" in item:  # versions of one job
                inner["createdAt"] = item["createdAt"]
            return json.dumps(inner, sort_keys=True)
    if isinstance(item.get("id"), str):
        return str(item["id"])
    if isinstance(item.get("run"), dict):
        return json.dumps([item.get("eventTime"), item.get("eventType"), item["run"].get("runId")])
    if "createdByRun" in item or ("version" in item and "createdAt" in item):
        return str(item["createdAt"])
    names = (
        *("namespace", "name", "dataset", "field", "origin", "destination"),
        *("eventTime", "startInterval", "nodeId"),
    )
    return json.dumps({name: item[name] for name in names if name in item}, sort_keys=True)
