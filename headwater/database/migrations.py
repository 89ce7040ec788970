"""How a database gets the current tables: at once when it is new, by Alembic when it is older.

Alembic is imported only for an older one. That both ways lead to the same tables, and back, is
tested for every store and database.
"""

from __future__ import annotations

from sqlalchemy import Connection, Engine, inspect, text

from headwater.database.schema import Schema
from headwater.errors import Conflict


def revision_of(connection: Connection) -> str | None:
    """Return the revision that a database has, None when it is new."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    row = connection.execute(text("SELECT version_num FROM alembic_version")).first()
    return None if row is None else str(row[0])


def create(connection: Connection, schema: Schema) -> None:
    """Make the current tables in a new database and stamp it with their revision."""
    schema.metadata.create_all(connection)
    connection.execute(text("CREATE TABLE alembic_version (version_num TEXT NOT NULL)"))
    connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": schema.head})


def upgrade(connection: Connection, schema: Schema, *, found: str, where: str) -> None:
    """Bring an older database to the current revision, in the transaction of `connection`.

    Raises `Conflict` when a later version wrote it.
    """
    from alembic import command  # half a second that most starts do not need
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(schema.migrations))
    config.attributes["connection"] = connection
    config.attributes["metadata"] = schema.metadata
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found not in known:
        raise Conflict(
            f"{where} has revision {found} of store {schema.name!r}; this version knows "
            f"up to {schema.head}",
            hint="install the version of headwater that wrote it, or a later one",
        )
    command.upgrade(config, schema.head)


def migrate() -> None:
    """Run the revisions; called by each store's Alembic `env.py`.

    Whoever runs Alembic gives a `connection` inside a transaction, or an `engine` to open one.
    """
    from alembic import context

    given: Connection | None = context.config.attributes.get("connection")
    if given is not None:
        _run(given)
        return
    engine: Engine = context.config.attributes["engine"]
    with engine.begin() as connection:
        _run(connection)


def _run(connection: Connection) -> None:
    from alembic import context

    context.configure(
        connection=connection,
        target_metadata=context.config.attributes["metadata"],
        render_as_batch=True,
    )
    context.run_migrations()
