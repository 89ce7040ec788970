"""What the engine of pipelines asks of its database is there on every SQLite."""

from __future__ import annotations

import sqlite3
import time

import pytest

from headwater.flow.durable import _Connection


def test_time_has_fractions_also_where_sqlite_is_older_than_they() -> None:
    connection = _Connection(":memory:")
    try:
        connection.execute("CREATE TABLE t (id, at INTEGER NOT NULL DEFAULT (unixepoch('subsec')))")
        before = time.time() - 1
        connection.execute("INSERT INTO t (id) VALUES (1)")
        ((at,),) = connection.execute("SELECT at FROM t").fetchall()
        assert before < at < time.time() + 1
    finally:
        connection.close()


@pytest.mark.skipif(sqlite3.sqlite_version_info >= (3, 42), reason="SQLite has its own")
def test_other_words_for_a_time_are_refused_where_sqlite_is_older() -> None:
    connection = _Connection(":memory:")
    try:
        with pytest.raises(sqlite3.OperationalError):
            connection.execute("SELECT unixepoch('now')")
    finally:
        connection.close()
