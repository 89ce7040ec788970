"""A disk that is full, a file that is locked or damaged: clear errors, and nothing half kept."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime

import pytest

from headwater.clock import ManualClock, SystemClock
from headwater.database import open_sqlite
from headwater.database.sqlite import OPENING_SECONDS
from headwater.errors import StorageFull, Unavailable
from headwater.lake.lake_database import SCHEMA
from headwater.lineage.contract import Applied, Arrival
from headwater.lineage.log import SqlLineage
from headwater.model.principal import LOCAL

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


def _arrivals(count: int, text: str) -> list[Arrival]:
    events = [
        {
            "run": {"runId": f"r{n}", "facets": {"f": {"text": f"{n}{text}"}}},
            "job": {"namespace": "ns", "name": f"job {n}"},
            "outputs": [{"namespace": "ds", "name": f"t{n}"}],
        }
        for n in range(count)
    ]
    return [Arrival(body=json.dumps(e).encode(), principal=LOCAL, received_at=NOW) for e in events]


@pytest.fixture
def log(tmp_path):
    log = SqlLineage.open(tmp_path / "lineage.db")
    yield log
    log.close()


def test_a_full_disk_keeps_nothing_and_heals(log):
    log.apply(_arrivals(2, "x"))
    before = log.dump()
    log._database._connection.execute("PRAGMA max_page_count = 60")
    with pytest.raises(StorageFull, match="no space left"):
        log.apply(_arrivals(200, "y" * 4000))
    assert log.dump() == before
    log._database._connection.execute("PRAGMA max_page_count = 1000000")
    outcomes = log.apply(_arrivals(200, "y" * 4000))
    assert all(isinstance(o, Applied) and o.is_new for o in outcomes)
    after = log.dump()
    log.rebuild()
    assert log.dump() == after


def test_a_locked_file_is_named_and_can_be_tried_again(log, tmp_path):
    log._database._connection.execute("PRAGMA busy_timeout = 0")
    other = sqlite3.connect(tmp_path / "lineage.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="locked by another process"):
        log.apply(_arrivals(1, "x"))
    other.execute("ROLLBACK")
    other.close()
    (outcome,) = log.apply(_arrivals(1, "x"))
    assert outcome.is_new


def test_a_file_that_is_locked_while_it_is_opened_is_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr("headwater.database.sqlite.BUSY_TIMEOUT_MILLISECONDS", 0)
    path = tmp_path / "lineage.db"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    clock = _ClockThatUnlocks(other)
    open_sqlite(path, SCHEMA, clock=clock).dispose()
    assert clock.waits == 3


def test_a_file_that_stays_locked_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("headwater.database.sqlite.BUSY_TIMEOUT_MILLISECONDS", 0)
    path = tmp_path / "lineage.db"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(Unavailable, match="locked by another process"):
        open_sqlite(path, SCHEMA, clock=_ClockThatJumps(datetime.now(UTC)))
    other.close()


class _ClockThatUnlocks(SystemClock):
    def __init__(self, holder: sqlite3.Connection) -> None:
        self.waits = 0
        self._holder = holder

    def sleep(self, seconds: float) -> None:
        self.waits += 1
        if self.waits == 3:
            self._holder.close()


class _ClockThatJumps(ManualClock):
    def sleep(self, seconds: float) -> None:
        self.advance(OPENING_SECONDS)


def test_a_damaged_file_is_named(tmp_path):
    path = tmp_path / "lineage.db"
    path.write_bytes(b"this is no database" * 1000)
    with pytest.raises(Unavailable, match=r"lineage\.db is damaged"):
        SqlLineage.open(path)


def test_a_torn_tail_of_the_write_ahead_log_is_left_out(tmp_path):
    path = tmp_path / "lineage.db"
    log = SqlLineage.open(path)
    log.apply(_arrivals(1, "first"))
    log.apply(_arrivals(2, "second"))
    copy = tmp_path / "copy"
    copy.mkdir()
    wal = path.with_name("lineage.db-wal").read_bytes()
    (copy / "lineage.db").write_bytes(path.read_bytes())
    (copy / "lineage.db-wal").write_bytes(wal[:-100])
    log.close()
    torn = SqlLineage.open(copy / "lineage.db")
    kept = torn.dump()
    torn.rebuild()
    assert torn.dump() == kept
    assert b"job 1" not in kept
    torn.close()
