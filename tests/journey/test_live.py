"""What changes is heard of at once, and a listener does not keep the server from stopping."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.client import HTTPResponse
from pathlib import Path
from urllib.request import urlopen

from tests.journey.test_first_minutes import PATIENCE_SECONDS, request, serving


def _events(stream: HTTPResponse) -> Iterator[tuple[str, dict[str, float]]]:
    name = ""
    for line in stream:
        text = line.decode().strip()
        if text.startswith("event: "):
            name = text.removeprefix("event: ")
        elif text.startswith("data: "):
            yield name, json.loads(text.removeprefix("data: "))


def test_a_record_is_heard_of_and_the_server_stops_though_somebody_listens(tmp_path: Path) -> None:
    with (
        serving(tmp_path / "data") as (url, process),
        urlopen(f"{url}/api/v2/live", timeout=PATIENCE_SECONDS) as stream,
    ):
        events = _events(stream)
        name, before = next(events)
        assert (name, before["records"]) == ("hello", 0)
        request(f"{url}/ingest/sensors", [{"room": "attic"}])
        changed = next(numbers for name, numbers in events if "records" in numbers)
        assert changed["records"] == 1
        process.terminate()
        for _ in events:  # until the server ends them
            continue
        assert process.wait(PATIENCE_SECONDS) == 0
