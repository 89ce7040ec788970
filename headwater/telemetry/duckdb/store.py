"""The telemetry store in one DuckDB file."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import pyarrow as pa

from headwater.duck import Connection, DuckError, open_file
from headwater.errors import Conflict, HeadwaterError, StorageFull, Unavailable
from headwater.telemetry.contract import Batch
from headwater.telemetry.duckdb.attribute_blocks import AttributeBlocks
from headwater.telemetry.duckdb.derived import (
    run_traces,
    with_derived,
    with_resources_once,
    with_runs,
)
from headwater.telemetry.duckdb.known_spans import KnownSpans
from headwater.telemetry.duckdb.statements import script, statements

VERSION: Final = 3
SAME_BODY_WITHIN: Final = timedelta(hours=1)

_TIMES: Final = {
    "otel_traces": "Timestamp",
    "otel_traces_trace_id_ts": "End",
    "attribute_block_times": "End",
    "otel_logs": "Timestamp",
    "otel_metrics_gauge": "TimeUnix",
    "otel_metrics_sum": "TimeUnix",
    "otel_metrics_histogram": "TimeUnix",
    "otel_metrics_exp_histogram": "TimeUnix",
    "otel_metrics_summary": "TimeUnix",
}
"""By which column rows of a table grow old."""

_THREADS: Final = 1
"""A second thread costs each small insert more than it gains; see decision 24."""


class DuckTelemetry:
    """Spans, logs and metrics in one file, which this process owns.

    Any number of threads may call it; writes take turns, and a read sees what was committed
    before it began.
    """

    def __init__(self, connection: Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self._lock = threading.Lock()
        self._is_closed = False
        found = connection.execute('SELECT "Hash", ReceivedAt FROM taken_requests').fetchall()
        self._taken: dict[bytes, datetime] = dict(found)
        self._known = KnownSpans(connection)
        self._blocks = AttributeBlocks(connection)

    @classmethod
    def open(cls, path: Path, *, memory_limit: str = "1GB") -> DuckTelemetry:
        """Open or create the store at `path`; raises `Conflict` for one of a later version."""
        try:
            connection = open_file(path, memory_limit=memory_limit, threads=_THREADS)
            connection.execute(script("tables.sql"))
            _check_version(connection, path)
            return cls(connection, path)
        except DuckError as error:
            raise _translate(error, path) from error

    def write(self, batches: Sequence[Batch]) -> None:
        """Insert the rows of all batches in one transaction; see the contract."""
        with self._lock:
            new, hashes = self._new(batches)
            if not new:
                return
            with self._transaction():
                for table, rows in _together(new).items():
                    self._insert(table, rows)
                if hashes:
                    self._connection.executemany(
                        "INSERT INTO taken_requests VALUES (?, ?)", list(hashes.items())
                    )
            self._taken.update(hashes)

    def expire(self, before: datetime) -> int:
        """Remove rows older than `before`, and bodies that may come again."""
        removed = 0
        with self._lock:
            self._check_open()
            try:
                for table, column in _TIMES.items():
                    done = self._connection.execute(
                        f'DELETE FROM {table} WHERE "{column}" < ?', [before.replace(tzinfo=None)]
                    ).fetchone()
                    removed += 0 if done is None else int(done[0])
                self._forget_bodies()
                self._connection.execute(statements("blocks.sql")["expire"])
                self._connection.execute(statements("runs.sql")["expire"])
                if removed:
                    self._connection.execute("CHECKPOINT")
            except DuckError as error:
                raise _translate(error, self._path) from error
        return removed

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Let the caller write in its turn; everything is durable afterwards, or nothing was."""
        with self._lock:
            self._check_open()
            with self._transaction():
                yield self._connection

    def reader(self) -> Connection:
        """Return a connection of the caller's own for questions; raises `Unavailable`."""
        with self._lock:
            self._check_open()
            return self._connection.cursor()

    def close(self) -> None:
        """Checkpoint and let go of the file."""
        with self._lock:
            if not self._is_closed:
                self._is_closed = True
                self._connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        is_done = False
        try:
            self._connection.begin()
            yield
            self._connection.commit()
            is_done = True
        except DuckError as error:
            raise _translate(error, self._path) from error
        finally:
            if not is_done:
                self._roll_back()

    def _new(self, batches: Sequence[Batch]) -> tuple[list[Batch], dict[bytes, datetime]]:
        """Return the batches that did not come before, and the hashes to remember."""
        self._check_open()
        new: list[Batch] = []
        hashes: dict[bytes, datetime] = {}
        for batch in batches:
            if batch.hash is not None:
                at = batch.received_at.replace(tzinfo=None)
                known = hashes.get(batch.hash) or self._taken.get(batch.hash)
                if known is not None and at - known < SAME_BODY_WITHIN:
                    continue
                hashes[batch.hash] = at
            new.append(batch)
        return new, hashes

    def _insert(self, table: str, rows: pa.Table) -> None:
        if table == "otel_traces":
            rows = self._known.only_new(rows)
            if not rows.num_rows:
                return
            self._append("INSERT INTO otel_traces_trace_id_ts FROM batch", _trace_times(rows))
            self._blocks.add(rows)
            rows = with_resources_once(with_derived(rows))
            self._append("INSERT INTO run_traces FROM batch", run_traces(rows))
        elif table == "otel_logs":
            rows = with_runs(rows, "LogAttributes")
        self._append(f"INSERT INTO {table} BY NAME SELECT * FROM batch", rows)

    def _append(self, sql: str, rows: pa.Table) -> None:
        self._connection.register("batch", rows)
        try:
            self._connection.execute(sql)
        finally:
            self._connection.unregister("batch")

    def _forget_bodies(self) -> None:
        if not self._taken:
            return
        until = max(self._taken.values()) - SAME_BODY_WITHIN
        self._connection.execute("DELETE FROM taken_requests WHERE ReceivedAt < ?", [until])
        self._taken = {hash_: at for hash_, at in self._taken.items() if at >= until}

    def _roll_back(self) -> None:
        self._known.forget()
        self._blocks.forget()
        try:
            self._connection.rollback()
        except DuckError:
            return  # the failed commit has ended the transaction already

    def _check_open(self) -> None:
        if self._is_closed:
            raise Unavailable(f"the telemetry store {self._path} is closed")


def _together(batches: Sequence[Batch]) -> dict[str, pa.Table]:
    """Return one table of rows for each table that the batches write to."""
    parts: dict[str, list[pa.Table]] = {}
    for batch in batches:
        for name, rows in batch.tables.items():
            if rows.num_rows:
                parts.setdefault(name, []).append(rows)
    return {name: pa.concat_tables(tables) for name, tables in parts.items()}


def _trace_times(spans: pa.Table) -> pa.Table:
    """Return when each trace began and when its last span did; grouped here, it costs a third."""
    grouped = spans.select(["TraceId", "Timestamp"]).group_by("TraceId", use_threads=False)
    return grouped.aggregate([("Timestamp", "min"), ("Timestamp", "max")])


def _check_version(connection: Connection, path: Path) -> None:
    found = connection.execute('SELECT max("Version") FROM store_version').fetchone()
    version = None if found is None else found[0]
    if version is None:
        connection.execute("INSERT INTO store_version VALUES (?)", [VERSION])
    elif version < VERSION:
        connection.begin()
        for earlier in range(version, VERSION):
            for statement in statements(f"from_version_{earlier}.sql").values():
                connection.execute(statement)
        connection.commit()
    elif version > VERSION:
        raise Conflict(
            f"{path} has version {version} of the telemetry store; this version of headwater"
            f" knows up to {VERSION}",
            hint="install the version of headwater that wrote it, or a later one",
        )


def _translate(error: DuckError, path: Path) -> HeadwaterError:
    said = str(error)
    if "No space left" in said or "disk is full" in said:
        return StorageFull(f"no space left to write {path}", hint="free some space and try again")
    if "lock" in said:
        return Unavailable(f"{path} is open in another process")
    return Unavailable(f"the telemetry store {path} failed: {said}")
