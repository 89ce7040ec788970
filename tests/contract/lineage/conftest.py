from __future__ import annotations

import gzip
import json
from functools import cache
from pathlib import Path

import pytest

PRODUCERS = Path(__file__).parents[2] / "payloads" / "producers"


@cache
def _captured() -> dict[str, tuple[bytes, ...]]:
    found = {}
    for file in sorted(PRODUCERS.iterdir()):
        text = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        bodies = []
        for line in text.splitlines():
            sent = json.loads(line)
            if file.suffix == ".jsonl":
                bodies.append(line)
            elif sent["method"] == "POST" and sent["path"].endswith("/lineage"):
                bodies.append(sent["body"].encode("utf-8", "surrogatepass"))
        found[file.name] = tuple(bodies)
    return found


@pytest.fixture
def captured() -> dict[str, tuple[bytes, ...]]:
    """Every captured event by the file that it is in."""
    return _captured()
