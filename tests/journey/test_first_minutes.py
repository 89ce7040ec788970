"""What docs/start.md and docs/concepts/access.md lead through, with real processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from headwater.app.directory import DataDirectory

PATIENCE_SECONDS = 120
MAIN = [sys.executable, "-m", "headwater"]
PORTS = ["--port", "0", "--web-port", "0", "--otlp-port", "0"]
SCHEMA = {
    "type": "object",
    "required": ["room", "celsius", "at"],
    "properties": {
        "room": {"type": "string"},
        "celsius": {"type": "number"},
        "at": {"type": "string", "format": "date-time"},
    },
    "x-event-time": "at",
}
RECORDS = [
    {"room": "cellar", "celsius": 11.5, "at": "2026-01-02T03:04:05Z"},
    {"room": "attic", "celsius": 24.0, "at": "2026-01-02T03:04:06Z"},
    {"room": "attic", "celsius": "hot", "at": "2026-01-02T03:04:07Z"},
]


@contextmanager
def serving(data: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    log = (data.parent / "server.log").open("ab")
    process = subprocess.Popen([*MAIN, "up", "--data", str(data), *PORTS], stdout=log, stderr=log)
    try:
        until = time.monotonic() + PATIENCE_SECONDS
        while not (url := _answering(data)):
            assert process.poll() is None, (data.parent / "server.log").read_text()
            assert time.monotonic() < until, "the server did not come up"
            time.sleep(0.02)
        yield url, process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_SECONDS)
        log.close()


def _answering(data: Path) -> str | None:
    owner = DataDirectory.owner(data)
    if owner is None or owner.url is None:
        return None
    try:
        with urlopen(f"{owner.url}/api/v1/health", timeout=5) as reply:
            return owner.url if reply.status == 200 else None
    except OSError:
        return None


def request(url: str, body: Any = None, *, method: str | None = None, token: str = "") -> Any:
    sent = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    asked = Request(url, sent, headers, method=method)
    with urlopen(asked, timeout=PATIENCE_SECONDS) as reply:
        return json.loads(reply.read())


@pytest.fixture
def command(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    def run(*arguments: str, code: int = 0, token: str = "") -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "HEADWATER_DATA": str(tmp_path / "data"), "COLUMNS": "120"}
        if token:
            environment["HEADWATER_TOKEN"] = token
        ran = subprocess.run(
            [*MAIN, *arguments],
            capture_output=True,
            text=True,
            env=environment,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        assert ran.returncode == code, ran.stdout + ran.stderr
        return ran

    return run


def test_first_five_minutes(tmp_path: Path, command: Callable[..., Any]) -> None:
    data = tmp_path / "data"
    (tmp_path / "schema.json").write_text(json.dumps(SCHEMA))
    lines = "".join(json.dumps(record) + "\n" for record in RECORDS)
    (tmp_path / "sensors.ndjson").write_text(lines)
    with serving(data) as (url, process):
        assert (
            "version 1"
            in command("schemas", "register", "sensors", str(tmp_path / "schema.json")).stdout
        )
        sent = command("ingest", "--source", "sensors", str(tmp_path / "sensors.ndjson"), code=3)
        assert "2 records accepted, 1 rejected" in sent.stdout
        assert "/celsius" in sent.stdout
        assert request(f"{url}/ingest/sensors", RECORDS[0])["accepted"] == 1
        assert "/celsius" in command("quarantine", "list").stdout
        request(f"{url}/api/v2/seal", method="POST")
        (source,) = request(f"{url}/api/v2/sources")["sources"]
        assert (source["source"], source["records"], source["quarantined"]) == ("sensors", 3, 1)
        assert str(process.pid) in command("up", *PORTS, code=4).stderr
        assert "held by process" in " ".join(command("doctor").stdout.split())
    assert process.returncode == 0
    assert not list(data.glob("*.db-wal"))
    with serving(data) as (url, _):
        (again,) = request(f"{url}/api/v2/sources")["sources"]
        assert (source["rejected_last_hour"], again) == (1, source)


def test_first_token_closes_the_door(tmp_path: Path, command: Callable[..., Any]) -> None:
    command("up", "--host", "0.0.0.0", *PORTS, code=1)
    with serving(tmp_path / "data") as (url, _):
        boss = command("token", "create", "boss", "--role", "admin").stdout.strip()
        with pytest.raises(HTTPError, match="401") as refused:
            request(f"{url}/ingest/sensors", RECORDS[0])
        refused.value.close()
        command("token", "list", code=1)
        ci = command("token", "create", "ci", "--role", "writer", token=boss).stdout.strip()
        assert request(f"{url}/ingest/sensors", RECORDS[0], token=ci)["accepted"] == 1
        listed = json.loads(command("token", "list", "--json", token=boss).stdout)["tokens"]
        command("token", "revoke", listed[1]["id"], token=boss)
        with pytest.raises(HTTPError, match="401") as refused:
            request(f"{url}/ingest/sensors", RECORDS[0], token=ci)
        refused.value.close()
    listed = json.loads(command("token", "list", "--json").stdout)["tokens"]
    assert [one["name"] for one in listed] == ["boss", "ci"]
