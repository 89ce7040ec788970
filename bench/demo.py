"""How long the whole demo takes after install: server, records, jobs, questions, all of it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import Any


def run() -> list[dict[str, Any]]:
    """Return the time of `headwater demo --once`, and of its parts."""
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "headwater", "demo", "--once", "--json"],
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
    )
    whole = time.perf_counter() - started
    report = json.loads(done.stdout)
    records = sum(one["accepted"] for one in report["records"])
    parts = ", ".join(f"{name} {seconds:.1f}" for name, seconds in report["seconds"].items())
    pace = records / report["seconds"]["ingest"]
    return [
        {
            "name": "whole demo after install",
            "value": round(whole, 1),
            "unit": "s",
            "floor": 90,
            "aim": 45,
            "peer": parts,
        },
        {
            "name": "records posted over HTTP by one sender, 2,000 a request",
            "value": round(pace),
            "unit": "records/s",
        },
    ]
