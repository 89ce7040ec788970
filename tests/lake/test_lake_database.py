"""lake.db: its tables, the manifest, the quarantine and what outlives a log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine

from headwater.errors import Missing
from headwater.lake.lake_database import (
    SCHEMA,
    close_lake_database,
    from_microseconds,
    metadata,
    open_lake_database,
    to_microseconds,
)
from headwater.lake.manifest import SqlManifest
from headwater.lake.quarantine import SqlQuarantine
from headwater.lake.sealed_log import KeptAnswer, SealedLogs
from headwater.model.record import QuarantinedRecord, Segment

NOW = datetime(2026, 11, 21, 4, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_lake_database(tmp_path / "lake.db")
    yield opened
    close_lake_database(opened)


def segment(path: str, source: str = "a") -> Segment:
    return Segment(
        sequence=0,
        source=source,
        day="2026-11-21",
        path=path,
        log="log",
        records=2,
        size_bytes=100,
        sha256="00",
        first_at=NOW,
        last_at=NOW + timedelta(seconds=1),
    )


def record(key: str, source: str = "a") -> QuarantinedRecord:
    return QuarantinedRecord(
        key=key,
        source=source,
        stage="ingest",
        received_at=NOW,
        path="/x",
        reason="is wrong",
        data=b'{"x":NaN}',
    )


def _tables(engine: Engine) -> dict[str, str]:
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master").fetchall()
    made = {name: " ".join(text.split()) for name, text in rows if text is not None}
    made.pop("alembic_version", None)
    return made


def _config(engine: Engine) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCHEMA.migrations))
    config.attributes.update(engine=engine, metadata=metadata)
    return config


def test_the_migrations_make_the_tables_that_a_new_file_gets(tmp_path: Path) -> None:
    made, migrated = (create_engine(f"sqlite:///{tmp_path / n}") for n in ("a.db", "b.db"))
    metadata.create_all(made)
    command.upgrade(_config(migrated), SCHEMA.head)
    assert _tables(migrated) == _tables(made)
    made.dispose()
    migrated.dispose()


def test_rows_are_kept_by_the_way_down_and_up_again(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'lake.db'}")
    config = _config(engine)
    command.upgrade(config, "0003")
    new = _tables(engine)
    SqlManifest(engine).add([segment("raw/1"), segment("raw/2", "b")])
    quarantine = SqlQuarantine(engine)
    quarantine.add([record("k1"), record("k2", "b")])
    quarantine.mark_replayed(["k1"], NOW)
    kept = quarantine.find(), SqlManifest(engine).find()

    command.downgrade(config, "0002")
    old = _tables(engine)
    assert new.keys() - old.keys() == {"quarantine_waiting", "quarantine_received"}
    assert (quarantine.find(), SqlManifest(engine).find()) == kept
    assert quarantine.waiting() == {"b": 1}

    command.upgrade(config, "0003")
    assert _tables(engine) == new
    assert (quarantine.find(), SqlManifest(engine).find()) == kept
    assert quarantine.waiting() == {"b": 1}
    engine.dispose()


def test_times_survive_to_the_microsecond() -> None:
    assert from_microseconds(to_microseconds(NOW)) == NOW


def test_segments_get_sequences_in_order_and_the_same_ones_again(engine: Engine) -> None:
    manifest = SqlManifest(engine)
    first = manifest.add([segment("raw/1"), segment("raw/2", "b")])
    again = manifest.add([segment("raw/2", "b"), segment("raw/1"), segment("raw/3")])
    assert [s.sequence for s in first] == [1, 2]
    assert again[:2] == (first[1], first[0])
    assert manifest.last_sequence() == again[2].sequence
    assert manifest.find() == (*first, again[2])


def test_segments_are_found_by_source_and_sequence(engine: Engine) -> None:
    manifest = SqlManifest(engine)
    assert manifest.find() == ()
    assert manifest.last_sequence() == 0
    assert manifest.add([]) == ()
    one, two, three = manifest.add([segment("raw/1"), segment("raw/2", "b"), segment("raw/3")])
    assert manifest.find(source="a") == (one, three)
    assert manifest.find(after=1) == (two, three)
    assert manifest.find(after=1, until=2) == (two,)
    assert manifest.sources() == ("a", "b")
    assert manifest.page(source=None, after=1, limit=1) == (two,)
    assert manifest.page(source="a", after=0, limit=5) == (one, three)
    assert [(t.source, t.segments, t.records, t.size_bytes) for t in manifest.totals()] == [
        ("a", 2, 4, 200),
        ("b", 1, 2, 100),
    ]
    assert manifest.totals()[0].last_at == NOW + timedelta(seconds=1)


def test_quarantined_records_are_kept_once(engine: Engine) -> None:
    quarantine = SqlQuarantine(engine)
    quarantine.add([record("k1"), record("k2", "b")])
    quarantine.add([replace(record("k1"), reason="another")])
    assert quarantine.get("k1") == record("k1")
    assert quarantine.find() == (record("k1"), record("k2", "b"))
    assert quarantine.find(source="b") == (record("k2", "b"),)
    assert quarantine.find(after="k1", limit=1) == (record("k2", "b"),)
    with pytest.raises(Missing):
        quarantine.get("k3")


def test_replayed_records_stay_as_history(engine: Engine) -> None:
    quarantine = SqlQuarantine(engine)
    quarantine.add([record("k1"), record("k2")])
    quarantine.mark_replayed(["k1"], NOW)
    quarantine.mark_replayed(["k1"], NOW + timedelta(days=1))
    assert quarantine.get("k1").replayed_at == NOW
    assert quarantine.count() == quarantine.count("a") == 1
    assert quarantine.find_waiting() == (record("k2"),)
    assert len(quarantine.find()) == 2


def test_records_that_wait_are_counted_by_source(engine: Engine) -> None:
    quarantine = SqlQuarantine(engine)
    quarantine.add([record("k1"), record("k2"), record("k3", "b"), record("k4", "c")])
    quarantine.mark_replayed(["k1", "k4"], NOW)
    assert quarantine.waiting() == {"a": 1, "b": 1}


def test_what_the_door_refused_is_counted_by_minute_replayed_or_not(engine: Engine) -> None:
    quarantine = SqlQuarantine(engine)
    minute = timedelta(minutes=1)
    quarantine.add(
        [
            record("k1"),
            replace(record("k2"), received_at=NOW + minute),
            replace(record("k3", "b"), received_at=NOW + minute),
            replace(record("k4"), received_at=NOW + 2 * minute),
            replace(record("k5"), stage="raw_to_processed", received_at=NOW + minute),
            replace(record("k6"), received_at=NOW - minute),
        ]
    )
    quarantine.mark_replayed(["k2"], NOW + minute)
    start = int(NOW.timestamp()) // 60 * 60
    within = {"since": NOW, "until": NOW + 2 * minute}
    counted = {("a", start): 1, ("a", start + 60): 1, ("b", start + 60): 1}
    assert quarantine.rejected(**within) == counted
    assert quarantine.rejected(**within, source="b") == {("b", start + 60): 1}


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("SELECT count(*) FROM quarantine WHERE replayed_at IS NULL", "quarantine_waiting"),
        (
            "SELECT count(*) FROM quarantine WHERE replayed_at IS NULL AND source = 'a'",
            "quarantine_waiting",
        ),
        (
            "SELECT source, received_at / 60000000, count(*) FROM quarantine"
            " WHERE stage = 'ingest' AND received_at >= 1 AND received_at < 9 GROUP BY 1, 2",
            "quarantine_received",
        ),
    ],
)
def test_counting_the_quarantine_reads_no_record(engine: Engine, query: str, index: str) -> None:
    with engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}").fetchall()
    assert f"COVERING INDEX {index}" in plan[0][-1]


def test_sealed_log_is_all_rows_or_none_and_forgets_old_keys(engine: Engine) -> None:
    sealed = SealedLogs(engine)
    SqlQuarantine(engine).add([record("k1")])
    kept = KeptAnswer(
        principal="p", key="k", digest=b"d", answer=b"{}", expires_at=NOW + timedelta(hours=1)
    )
    stored = sealed.commit([segment("raw/1")], [kept], ["k1"], at=NOW)
    assert sealed.commit([segment("raw/1")], [kept], ["k1"], at=NOW) == stored
    assert sealed.find_answer("p", "k") == kept
    assert sealed.find_answer("other", "k") is None
    assert SqlQuarantine(engine).count() == 0
    sealed.commit([], [], [], at=NOW + timedelta(hours=2))
    assert sealed.find_answer("p", "k") is None
