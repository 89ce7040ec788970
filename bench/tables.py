"""What a table costs: writing a million rows by day, committing files, reading them back."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from headwater import duck
from headwater.lake.contract import Change, TableDeclaration
from headwater.lake.iceberg import IcebergCommits
from headwater.lake.reading import scan_sql
from headwater.lake.writing import write_parquet
from headwater.model.columns import Column, ColumnType

ROWS: Final = 1_000_000
DAYS: Final = 365
COMMITS: Final = 100
COLUMNS: Final[tuple[tuple[str, ColumnType], ...]] = (
    ("id", "string"),
    ("event_ts", "timestamp"),
    ("carrier", "string"),
    ("delay", "double"),
    ("distance", "long"),
    ("record_hash", "string"),
)
QUESTION: Final = "SELECT carrier, count(*), avg(delay), max(record_hash) FROM {} GROUP BY carrier"


def run() -> list[dict[str, Any]]:
    """Measure beside what a user would do by hand: one Parquet file, DuckDB over the files."""
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(IcebergCommits(Path(folder) / "lake")) as commits,
    ):
        return _writes(commits, Path(folder)) + _small_commits(commits)


def _writes(commits: IcebergCommits, folder: Path) -> list[dict[str, Any]]:
    rows = _rows(commits)
    schema = commits.arrow_schema("processed", "flights")
    location = Path(commits.tables.get("processed", "flights").location)
    by_hand = _best(lambda: pq.write_table(rows, folder / "one.parquet", compression="zstd"))
    write = _best(lambda: write_parquet(rows, schema, location, day_of="event_ts"))
    paths = write_parquet(rows, schema, location, day_of="event_ts")
    change = Change(add=paths, summary={})
    commit = _best(lambda: commits.commit("processed", "flights", change), rounds=1)
    return [
        {
            "name": f"write 1M rows into {len(paths)} days, synced",
            "value": ROWS / write,
            "unit": "rows/s",
            "peer": f"one file, not synced: {ROWS / by_hand:,.0f} rows/s",
        },
        {
            "name": f"commit of {len(paths)} files",
            "value": commit,
            "unit": "s",
            "floor": 2.0,
            "aim": 1.0,
        },
        *_reads(commits, paths),
    ]


def _reads(commits: IcebergCommits, paths: tuple[str, ...]) -> list[dict[str, Any]]:
    plan = _best(lambda: scan_sql(commits, "processed", "flights"))
    scan = f"({scan_sql(commits, 'processed', 'flights').sql})"
    with closing(duck.connect()) as connection:
        plain = _best(
            lambda: connection.execute(
                QUESTION.format("read_parquet($1)"), [list(paths)]
            ).fetchall(),
            rounds=7,
        )
        ours = _best(lambda: connection.execute(QUESTION.format(scan)).fetchall(), rounds=7)
    return [
        {"name": f"plan a scan of {len(paths)} files", "value": plan, "unit": "s"},
        {
            "name": "scan by field id ÷ plain read_parquet",
            "value": ours / plain,
            "unit": "×",
            "floor": 1.4,
            "aim": 1.15,
            "peer": f"{ours * 1000:.0f} ms and {plain * 1000:.0f} ms over the same files",
        },
    ]


def _small_commits(commits: IcebergCommits) -> list[dict[str, Any]]:
    table = commits.ensure(_declaration("events"))
    schema = commits.arrow_schema("processed", "events")
    rows = pa.table({"event_ts": pa.array([0], pa.timestamp("us", "UTC"))})
    times = []
    for _ in range(COMMITS):
        paths = write_parquet(rows, schema, Path(table.location), day_of="event_ts")
        started = time.perf_counter()
        commits.commit("processed", "events", Change(add=paths, summary={}))
        times.append(time.perf_counter() - started)
    name = f"commit of one file, median of {COMMITS}"
    last = sorted(times[-10:])[5]
    return [
        {
            "name": name,
            "value": sorted(times)[COMMITS // 2] * 1000,
            "unit": "ms",
            "peer": f"the last ten {last * 1000:.0f} ms",
        }
    ]


def _rows(commits: IcebergCommits) -> pa.Table:
    commits.ensure(_declaration("flights"))
    step = DAYS * 86_400_000_000 // ROWS
    scattered = [(index * 7919) % ROWS for index in range(ROWS)]
    return pa.table(
        {
            "id": [f"{index:032x}" for index in range(ROWS)],
            "event_ts": pa.array([each * step for each in scattered], pa.timestamp("us", "UTC")),
            "carrier": ["AA", "UA", "DL", "B6"] * (ROWS // 4),
            "delay": [each / 7 for each in scattered],
            "distance": scattered,
            "record_hash": [f"{index * 104_729:064x}" for index in range(ROWS)],
        }
    )


def _declaration(name: str) -> TableDeclaration:
    columns = tuple(Column(field=name, name=name, type=type_) for name, type_ in COLUMNS)
    return TableDeclaration(zone="processed", name=name, columns=columns, day_of="event_ts")


def _best(work: Callable[[], object], rounds: int = 3) -> float:
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)
