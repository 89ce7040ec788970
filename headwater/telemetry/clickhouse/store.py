"""The telemetry store in ClickHouse.

The SQL is complete and held by the contract's tests on the engine of ClickHouse; no setting leads
here yet, because no server could be tested against.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import pyarrow as pa

from headwater.telemetry.clickhouse.session import Session
from headwater.telemetry.contract import Batch
from headwater.telemetry.rows import Row, nanoseconds_of
from headwater.telemetry.statements import script, statements

PACKAGE: Final = "headwater.telemetry.clickhouse"
SAME_BODY_WITHIN: Final = timedelta(hours=1)

_TIMES: Final = {
    "otel_traces": "Timestamp",
    "otel_traces_trace_id_ts": "End",
    "otel_logs": "Timestamp",
    "otel_metrics_gauge": "TimeUnix",
    "otel_metrics_sum": "TimeUnix",
    "otel_metrics_histogram": "TimeUnix",
    "otel_metrics_exp_histogram": "TimeUnix",
    "otel_metrics_summary": "TimeUnix",
}
_KNOWN: Final = (
    "SELECT count() FROM taken_requests"
    " WHERE Hash = {hash:String} AND ReceivedAt > fromUnixTimestamp64Nano({since:Int64})"
)


class ClickHouseTelemetry:
    """Spans, logs and metrics in one database; see the contract.

    ClickHouse has no transaction over several tables: rows go in first, and then what tells that
    a body was taken, so that a process killed in between may take a body twice, but loses none.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._lock = threading.Lock()

    @classmethod
    def open(cls, session: Session) -> ClickHouseTelemetry:
        """Make what is not there yet in the session's database."""
        for statement in script(PACKAGE, "tables.sql").split(";\n"):
            if statement.strip():
                session.command(statement)
        return cls(session)

    def write(self, batches: Sequence[Batch]) -> None:
        """Insert the rows of all batches."""
        with self._lock:
            new, hashes = self._new(batches)
            parts: dict[str, list[pa.Table]] = {}
            for batch in new:
                for name, rows in batch.tables.items():
                    if rows.num_rows:
                        parts.setdefault(name, []).append(rows)
            for name, tables in parts.items():
                self._session.insert_arrow(name, pa.concat_tables(tables))
            if hashes:
                times = pa.array(list(hashes.values()), pa.timestamp("us", "UTC"))
                self._session.insert_arrow(
                    "taken_requests", pa.table({"Hash": list(hashes), "ReceivedAt": times})
                )

    def expire(self, before: datetime) -> int:
        """Remove rows older than that, and return how many."""
        values = {"before": nanoseconds_of(before)}
        removed = 0
        with self._lock:
            for table, column in _TIMES.items():
                older = f"{column} < fromUnixTimestamp64Nano({{before:Int64}})"
                found = self._session.query(f"SELECT count() FROM {table} WHERE {older}", values)
                count = int(found.result_rows[0][0])
                if count:
                    self._session.command(
                        f"ALTER TABLE {table} DELETE WHERE {older} SETTINGS mutations_sync = 1",
                        values,
                    )
                removed += count
            self.command("records.sql", "forget_bodies")
            if removed:
                self.command("runs.sql", "expire_traces")
        return removed

    def rows(self, file: str, name: str, **values: object) -> Sequence[Row]:
        """Ask a named question."""
        return self.ask(statements(PACKAGE, file)[name], **values)

    def ask(self, sql: str, **values: object) -> Sequence[Row]:
        """Ask a question as it stands."""
        return self._session.query(sql, values).result_rows

    def command(self, file: str, name: str) -> None:
        """Run a named statement."""
        self._session.command(statements(PACKAGE, file)[name])

    def insert(self, table: str, rows: pa.Table) -> None:
        """Insert rows into one table."""
        if rows.num_rows:
            self._session.insert_arrow(table, rows)

    def close(self) -> None:
        """Let go of the session."""
        self._session.close()

    def _new(self, batches: Sequence[Batch]) -> tuple[list[Batch], dict[str, datetime]]:
        """Return the batches that did not come before, and the hashes to remember."""
        new: list[Batch] = []
        hashes: dict[str, datetime] = {}
        for batch in batches:
            if batch.hash is not None:
                at, text = batch.received_at.astimezone(UTC), batch.hash.hex()
                since = nanoseconds_of(at - SAME_BODY_WITHIN)
                if text in hashes or self.ask(_KNOWN, hash=text, since=since)[0][0]:
                    continue
                hashes[text] = at
            new.append(batch)
        return new, hashes
