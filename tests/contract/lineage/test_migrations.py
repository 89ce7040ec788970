"""Migrations lead to the tables that a new database gets, and back, on every database."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.pool import NullPool

from headwater.database.postgresql_driver import Driver
from headwater.errors import Conflict, Unsupported
from headwater.lineage.log import SqlLineage
from headwater.lineage.reading.search import Search, Wanted
from headwater.lineage.tables import METADATA, SCHEMA
from tests.contract.lineage.writer import event_of, write
from tests.lineage_stores import ask

SQLITE = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"
POSTGRESQL = (
    "SELECT table_name || '.' || column_name, concat_ws(' ', data_type, is_nullable,"
    " column_default, collation_name, generation_expression)"
    " FROM information_schema.columns WHERE table_schema = 'public'"
    " UNION ALL SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
    " UNION ALL SELECT conrelid::regclass || ' ' || conname, pg_get_constraintdef(oid)"
    " FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'"
    " UNION ALL SELECT relname, reloptions::text FROM pg_class"
    " WHERE relnamespace = 'public'::regnamespace AND reloptions IS NOT NULL"
)


@contextmanager
def _connected(place: Path | str) -> Iterator[Connection]:
    if isinstance(place, Path):
        engine = create_engine(f"sqlite:///{place}")
    else:
        engine = Driver(place).engine(poolclass=NullPool)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def _layout(place: Path | str) -> dict[str, str]:
    with _connected(place) as connection:
        sql = SQLITE if isinstance(place, Path) else POSTGRESQL
        found = {name: " ".join(said.split()) for name, said in connection.execute(text(sql))}
    return {name: said for name, said in found.items() if "alembic_version" not in name}


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCHEMA.migrations))
    config.attributes.update(connection=connection, metadata=METADATA)
    return config


def _revisions() -> list[str]:
    config = Config()
    config.set_main_option("script_location", str(SCHEMA.migrations))
    return [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]


@pytest.fixture
def bare(lineage_backend, tmp_path) -> Path | str:
    """A database with nothing in it."""
    if lineage_backend.server is None:
        return tmp_path / "bare.db"
    url = lineage_backend.server.fresh()
    lineage_backend.places.append(url)
    return url


def test_migrations_make_the_tables_that_a_new_database_gets(lineage_backend, bare):
    new = lineage_backend.place()
    lineage_backend.close(lineage_backend.open(new))
    with _connected(bare) as connection:
        command.upgrade(_config(connection), "head")
    assert _layout(bare) == _layout(new)


def test_each_revision_can_be_taken_back_and_made_again(lineage_backend, bare):
    with _connected(bare) as connection:
        command.upgrade(_config(connection), "head")
    at_head = _layout(bare)
    for _ in _revisions():
        with _connected(bare) as connection:
            command.downgrade(_config(connection), "-1")
    with _connected(bare) as connection:
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
        command.upgrade(_config(connection), "head")
    assert _layout(bare) == at_head


def test_an_older_store_is_migrated_when_it_is_opened(lineage_backend, bare):
    with _connected(bare) as connection:
        command.upgrade(_config(connection), _revisions()[-1])
    log = lineage_backend.open(bare)
    write(log, *(event_of(number) for number in range(20)))
    before = log.dump()
    log.rebuild()
    assert log.dump() == before


def test_names_of_an_older_store_are_indexed_without_a_rebuild(lineage_backend):
    log = lineage_backend.open()
    place = lineage_backend.place_of(log)
    write(log, *(event_of(number) for number in range(20)))
    at_head = _layout(place)
    rebuilds = ask(log, "SELECT value FROM tally WHERE name = 'rebuilds'")
    before = _named(log, "out ")
    assert before == 4
    lineage_backend.close(log)
    with _connected(place) as connection:
        command.downgrade(_config(connection), "0007")
    assert not any("trigram" in name for name in _layout(place))
    again = lineage_backend.open(place)
    assert _layout(place) == at_head
    assert _named(again, "out ") == before
    assert ask(again, "SELECT value FROM tally WHERE name = 'rebuilds'") == rebuilds


def _named(log: SqlLineage, text: str) -> int:
    with log.engine.connect() as connection:
        return Search(connection).find(Wanted(text=text), limit=100)[1]


def test_a_store_of_a_later_version_is_refused(lineage_backend):
    place = lineage_backend.place()
    lineage_backend.close(lineage_backend.open(place))
    with _connected(place) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Conflict, match="revision 9999 of store 'lineage'"):
        lineage_backend.open(place)


def test_a_refused_file_is_let_go(tmp_path):
    place = tmp_path / "later.db"
    SqlLineage.open(place).close()
    with _connected(place) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Conflict) as refused:
        SqlLineage.open(place)
    assert refused.tb is not None  # its frames keep everything alive that is not closed
    assert str(place) not in {file.path for file in psutil.Process().open_files()}


def test_sqlite_that_is_too_old_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("sqlite3.sqlite_version_info", (3, 26, 0))
    with pytest.raises(Unsupported, match=r"SQLite \d") as refused:
        SqlLineage.open(tmp_path / "lineage.db")
    assert "3.34 or later" in str(refused.value.hint)
    assert not (tmp_path / "lineage.db").exists()


def test_servers_that_start_together_make_the_tables_once(lineage_backend, bare):
    failures = []

    def start() -> None:
        try:
            SqlLineage.open(bare).close()
        except BaseException as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    write(lineage_backend.open(bare), event_of(0))
