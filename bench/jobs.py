"""How fast jobs are: records per second, and against the same work written by hand.

By hand is what a careful person would write in a script: two processes that run the same kernel
over the same ranges, then DuckDB's SQL for duplicates and its partitioned COPY; for the curated
zone the same statements over those files. Without fsync, commits, lineage or quality metrics.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from bench._jobs_records import SCHEMA, SOURCE, Silent, segment_of, write_segments
from headwater.app.jobs import open_lake
from headwater.clock import SystemClock
from headwater.duck import connect
from headwater.engine.settings import JobSettings
from headwater.jobs import kernel_task
from headwater.jobs.curated_sql import (
    SourceTable,
    daily_summary_sql,
    hourly_metrics_sql,
    source_statistics_sql,
)
from headwater.jobs.record_kernel import RecordSpec
from headwater.jobs.runner import OpenLake, Runner
from headwater.lake.contract import SourceSchema
from headwater.model.columns import ENVELOPE
from headwater.sdk.times import new_run_id

RECORDS: Final = int(os.environ.get("BENCH_RECORDS", "1000000"))
RANGE_BYTES: Final = 16 * 1024 * 1024


def run() -> list[dict[str, Any]]:
    """Return the figures of both jobs."""
    with tempfile.TemporaryDirectory(prefix="headwater-bench-") as name:
        folder = Path(name)
        with open_lake(folder, namespace="bench", clock=SystemClock()) as lake:
            written = write_segments(lake.folder / "raw" / f"source={SOURCE}", RECORDS)
            return _compare(folder, lake, written)


def _compare(folder: Path, lake: OpenLake, written: list[tuple[Path, int]]) -> list[dict[str, Any]]:
    schema = lake.registry.register(SOURCE, SCHEMA, actor="bench")
    lake.manifest.add([segment_of(lake.folder, path, records) for path, records in written])
    runner = Runner(lake, Silent(), settings=JobSettings(), clock=SystemClock())
    paths = [path for path, _ in written]

    by_hand, _ = _timed(lambda: _process_by_hand(folder, schema, paths))
    ours, results = _timed(lambda: runner.run("raw_to_processed", run_id=new_run_id()))
    assert results[0].error is None, results[0].error
    curated_by_hand, _ = _timed(lambda: _curate_by_hand(folder, schema))
    curated, results = _timed(lambda: runner.run("processed_to_curated", run_id=new_run_id()))
    assert all(result.error is None for result in results), results
    return [
        {
            "name": "raw_to_processed",
            "value": RECORDS / ours,
            "unit": "records/s",
            "floor": 100_000,
            "aim": 200_000,
            "peer": f"by hand {RECORDS / by_hand:,.0f} records/s",
        },
        {
            "name": "raw_to_processed ÷ kernel and SQL by hand",
            "value": ours / by_hand,
            "unit": "×",
            "floor": 1.4,
            "aim": 1.15,
            "peer": f"{by_hand:.2f} s by hand, {ours:.2f} s ours",
        },
        {
            "name": "processed_to_curated ÷ plain DuckDB",
            "value": curated / curated_by_hand,
            "unit": "×",
            "floor": 1.4,
            "aim": 1.15,
            "peer": f"{curated_by_hand:.2f} s by hand, {curated:.2f} s ours",
        },
    ]


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def _process_by_hand(folder: Path, schema: SourceSchema, paths: list[Path]) -> None:
    staging = folder / "by-hand-staging"
    staging.mkdir()
    spec = kernel_task.spec_message(
        RecordSpec(
            source=SOURCE,
            schema=schema.schema,
            columns=schema.columns,
            event_time=schema.event_time,
            processed_at=datetime.now(UTC),
        )
    )
    tasks = []
    for path in paths:
        for start in range(0, path.stat().st_size, RANGE_BYTES):
            end = min(start + RANGE_BYTES, path.stat().st_size)
            part = {"segment": path.name, "path": str(path), "start": start, "end": end}
            number = len(tasks)
            tasks.append(
                {
                    "spec": spec,
                    "parts": [part],
                    "rows": str(staging / f"rows-{number}.arrow"),
                    "refused": str(staging / f"refused-{number}.arrow"),
                }
            )
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        list(pool.map(kernel_task.run, tasks))
    rows = pa.concat_tables(
        [pa.ipc.open_file(pa.memory_map(task["rows"])).read_all() for task in tasks]
    )
    with connect() as connection:
        connection.register("rows", rows)
        connection.execute(
            f"COPY (SELECT *, CAST(event_ts AS DATE) AS event_day FROM rows"
            f" QUALIFY row_number() OVER (PARTITION BY record_hash ORDER BY received_at, id) = 1)"
            f" TO '{folder / 'by-hand'}' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY event_day)"
        )
    shutil.rmtree(staging)


def _curate_by_hand(folder: Path, schema: SourceSchema) -> None:
    columns = {**dict(ENVELOPE), **{column.name: column.type for column in schema.columns}}
    source = SourceTable(
        source=SOURCE,
        columns=columns,
        key=schema.key,
        schema_version=schema.version,
        has_rejected=False,
    )
    statements = {
        "daily": daily_summary_sql([source]),
        "hourly": hourly_metrics_sql([source]),
        "statistics": source_statistics_sql([source]),
    }
    with connect() as connection:
        connection.execute("CREATE SCHEMA processed")
        connection.execute(
            f"CREATE VIEW processed.{SOURCE} AS SELECT * FROM"
            f" read_parquet('{folder / 'by-hand'}/*/*.parquet', hive_partitioning = false)"
        )
        for name, sql in statements.items():
            connection.execute(f"COPY ({sql}) TO '{folder / name}.parquet' (COMPRESSION zstd)")


if __name__ == "__main__":
    for result in run():
        print(result)
