"""A job that ran on a platform is found as a trace, with what its process used."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any

from headwater.app.inside import inside_exchange
from headwater.app.platform import Platform
from headwater.config import Settings


def test_job_leaves_a_trace_that_leads_to_its_run(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    with Platform.open(settings) as platform:
        exchange = inside_exchange(platform.application)

        def call(method: str, target: str, body: Any = None) -> Any:
            sent = b"" if body is None else json.dumps(body).encode()
            reply = exchange(method, target, sent, {"Content-Type": "application/json"})
            assert reply.status < 300, reply.body
            return json.loads(reply.body)

        call("POST", "/ingest/tides", [{"place": "Brest", "height": 3.1}])
        asked = call("POST", "/api/v2/jobs/refresh/runs")
        run_id = asked["run_id"]
        end = time.monotonic() + 90
        while True:
            found = call("GET", f"/api/v2/jobs/refresh/runs/{run_id}")
            if found["state"] in ("complete", "fail"):
                break
            assert time.monotonic() < end, found
            threading.Event().wait(0.05)
        (trace,) = call("GET", f"/api/v2/traces?run={run_id}")["traces"]
        assert trace["trace_id"] == run_id.replace("-", "")
        whole = call("GET", f"/api/v2/traces/{trace['trace_id']}")
        root = next(span for span in whole["spans"] if span["parent_span_id"] is None)
        assert root["run_id"] == run_id
        assert float(root["attributes"]["headwater.cpu.seconds"]) > 0
        tables = {one["name"] for run in whole["runs"] for one in run["outputs"]}
        assert "processed.tides" in tables
        stages = call("GET", f"/api/v2/runs/{run_id}/telemetry")["stages"]
        written = {one["name"]: one["records"]["written"] for one in stages}
        assert written["raw_to_processed"] == 1
        assert len(stages) >= 2
        panel = call("GET", "/api/v2/panels/resource-utilisation")["series"]
        assert any("process.memory.usage" in one["name"] for one in panel)
