"""The job that runs beside the ingest benchmark: `raw_to_processed` over records of a shop."""

from __future__ import annotations

from pathlib import Path

from bench._jobs_records import SCHEMA, SOURCE, Silent, segment_of, write_segments
from headwater.app.chain import RUNNER_MODULE
from headwater.app.jobs import open_lake
from headwater.clock import SystemClock
from headwater.engine.process import RunnerProcess
from headwater.engine.settings import JobSettings
from headwater.sdk.times import new_run_id


def make_job_input(data: Path, records: int) -> None:
    """Seal that many records of a source with a schema into a data directory."""
    with open_lake(data, namespace="bench", clock=SystemClock()) as lake:
        written = write_segments(lake.folder / "raw" / f"source={SOURCE}", records)
        lake.registry.register(SOURCE, SCHEMA, actor="bench")
        lake.manifest.add([segment_of(lake.folder, path, count) for path, count in written])


def run_job(data: Path) -> None:
    """Run the job as the server does, in a runner process with its settings."""
    runner = RunnerProcess(RUNNER_MODULE, Silent())
    try:
        request = {
            "job": "raw_to_processed",
            "run_id": new_run_id(),
            "data": str(data),
            "namespace": "bench",
            "settings": JobSettings().model_dump(mode="json"),
        }
        tables = runner.run(request, lambda table: None)
        assert all(table["error"] is None for table in tables), tables
    finally:
        runner.close()
