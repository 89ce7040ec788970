"""A pipeline in a process of its own: what a run costs its caller, and how many arrive.

`overhead OURS|THEIRS URL RUNS` prints microseconds of a run, on the wall and on the processor;
`emit URL RUNS` prints the seconds until all runs are delivered, and how many were dropped.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

NAMESPACE: Final = "bench"
ROUNDS: Final = 5


def ours(url: str) -> Callable[[], object]:
    """Return a decorated function with an input and an output."""
    from headwater.sdk import DatasetInfo, configure, openlineage_job

    configure({"namespace": NAMESPACE, "transport": {"type": "http", "url": url}})
    read = DatasetInfo(namespace="s3://lake", name="raw/orders", schema={"id": "int", "at": "date"})
    written = DatasetInfo(namespace="s3://lake", name="clean/orders")

    @openlineage_job("clean", inputs=[read], outputs=[written])
    def clean() -> None:
        """Cleans orders."""

    return clean


def theirs(url: str) -> Callable[[], object]:
    """Return the same told by hand with openlineage-python; `async ` before the URL is async."""
    from openlineage.client import OpenLineageClient
    from openlineage.client.event_v2 import (
        InputDataset,
        Job,
        OutputDataset,
        Run,
        RunEvent,
        RunState,
    )
    from openlineage.client.facet_v2 import documentation_job, job_type_job, schema_dataset
    from openlineage.client.uuid import generate_new_uuid

    kind, _, address = url.rpartition(" ")
    client = OpenLineageClient(
        config={"transport": {"type": "async_http" if kind else "http", "url": address}}
    )
    columns = schema_dataset.SchemaDatasetFacet(
        fields=[
            schema_dataset.SchemaDatasetFacetFields(name="id", type="int"),
            schema_dataset.SchemaDatasetFacetFields(name="at", type="date"),
        ]
    )

    def clean() -> None:
        run = Run(runId=str(generate_new_uuid()))
        facets = {
            "documentation": documentation_job.DocumentationJobFacet(description="Cleans orders."),
            "jobType": job_type_job.JobTypeJobFacet(processingType="BATCH", integration="BENCH"),
        }
        for state in (RunState.START, RunState.COMPLETE):
            client.emit(
                RunEvent(
                    eventType=state,
                    eventTime=datetime.now(UTC).isoformat(),
                    run=run,
                    job=Job(namespace=NAMESPACE, name="clean", facets=dict(facets)),
                    inputs=[InputDataset("s3://lake", "raw/orders", facets={"schema": columns})],
                    outputs=[OutputDataset("s3://lake", "clean/orders")],
                    producer="https://bench",
                )
            )

    return clean


def overhead(made: Callable[[], object], runs: int) -> tuple[float, float]:
    """Return the least microseconds of a run on the wall, and of the process's processors."""
    made()
    walls, processors = [], []
    for _ in range(ROUNDS):
        wall, processor = time.perf_counter(), time.process_time()
        for _ in range(runs):
            made()
        walls.append((time.perf_counter() - wall) / runs * 1e6)
        processors.append((time.process_time() - processor) / runs * 1e6)
    return min(walls), min(processors)


def emit(url: str, runs: int) -> dict[str, float]:
    """Run many times, and flush until all is delivered."""
    from headwater.sdk import flush

    made = ours(url)
    started = time.perf_counter()
    for _ in range(runs):
        made()
    called = time.perf_counter() - started
    until = time.perf_counter() + 120
    while not flush(10.0) and time.perf_counter() < until:
        time.sleep(0.05)
    return {"seconds": time.perf_counter() - started, "called": called}


def main(arguments: list[str]) -> None:
    """Do what the arguments say, and print it as JSON."""
    if arguments[0] == "emit":
        print(json.dumps(emit(arguments[1], int(arguments[2]))))
        return
    made = {"ours": ours, "theirs": theirs}[arguments[1]](arguments[2])
    wall, processor = overhead(made, int(arguments[3]))
    print(json.dumps({"wall": wall, "processor": processor}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
