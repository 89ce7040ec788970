"""SQL databases as every store opens them: SQLite in WAL with synchronous=FULL, and migrations.

A store describes itself with `Schema` and calls `open_sqlite`. A new file gets the current
tables at once and is stamped; an older one is migrated by Alembic, which is imported only then;
a newer one is refused. That both ways lead to the same tables is tested for every store.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, create_engine, event, text
from sqlalchemy.exc import DatabaseError, OperationalError

from headwater.errors import Conflict, HeadwaterError, StorageFull, Unavailable

BUSY_TIMEOUT_MILLISECONDS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """A store's tables and how older files reach them.

    `head` is the newest revision in `migrations`, a folder of Alembic revisions with an
    `env.py` of one line: `from headwater.database import migrate; migrate()`.
    """

    name: str
    metadata: MetaData
    head: str
    migrations: Path


def open_sqlite(path: Path, schema: Schema) -> Engine:
    """Open or create the database file and bring it to the current revision."""
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{path}", connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin_immediate)
    with translated(path):
        _bring_up_to_date(engine, schema, path)
    return engine


def checkpoint(engine: Engine) -> None:
    """Move the write-ahead log into the file and truncate it, then close all connections."""
    raw = engine.raw_connection()
    try:
        raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        raw.close()
    engine.dispose()


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn the driver's errors about the file into ours; everything else passes."""
    try:
        yield
    except (sqlite3.DatabaseError, DatabaseError) as error:
        raise _translate(error, path) from error


def _translate(error: Exception, path: Path) -> HeadwaterError:
    said = str(error.__cause__ or error).lower()
    if "full" in said:
        return StorageFull(f"no space left to write {path}", hint="free some space and try again")
    if "readonly" in said or "read-only" in said or "unable to open" in said:
        return Unavailable(f"cannot write {path}: {said}", hint="check the folder's permissions")
    if "locked" in said or "busy" in said:
        return Unavailable(f"{path} is locked by another process")
    if "malformed" in said or "not a database" in said:
        return Unavailable(f"{path} is damaged: {said}", hint="restore it from a backup")
    return Unavailable(f"the database {path} failed: {said}")


def _set_pragmas(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy's own BEGIN decides, not the driver
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MILLISECONDS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    # A transaction that reads first and writes later could not be upgraded in WAL; readers
    # that must not wait ask for it with execution_options(read_only=True).
    read_only = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def _bring_up_to_date(engine: Engine, schema: Schema, path: Path) -> None:
    with engine.connect().execution_options(read_only=True) as connection:
        found = _revision(connection)
    if found == schema.head:
        return
    if found is None:
        with engine.begin() as connection:
            if _revision(connection) is None:
                schema.metadata.create_all(connection)
                connection.execute(text("CREATE TABLE alembic_version (version_num TEXT NOT NULL)"))
                connection.execute(
                    text("INSERT INTO alembic_version VALUES (:head)"), {"head": schema.head}
                )
        return
    _upgrade(engine, schema, path, found)


def _revision(connection: Connection) -> str | None:
    try:
        row = connection.execute(text("SELECT version_num FROM alembic_version")).first()
    except OperationalError:
        return None
    return None if row is None else str(row[0])


def _upgrade(engine: Engine, schema: Schema, path: Path, found: str) -> None:
    from alembic import command  # half a second that most starts do not need
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(schema.migrations))
    config.attributes["engine"] = engine
    config.attributes["metadata"] = schema.metadata
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found not in known:
        raise Conflict(
            f"{path} has revision {found} of store {schema.name!r}; this version knows "
            f"up to {schema.head}",
            hint="install the version of headwater that wrote it, or a later one",
        )
    command.upgrade(config, schema.head)


def migrate() -> None:
    """Run the revisions; called by each store's Alembic `env.py`."""
    from alembic import context

    engine: Engine = context.config.attributes["engine"]
    with engine.begin() as connection:
        context.configure(
            connection=connection,
            target_metadata=context.config.attributes["metadata"],
            render_as_batch=True,
        )
        context.run_migrations()
