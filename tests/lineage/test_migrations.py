from __future__ import annotations

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, inspect

from headwater.lineage.tables import METADATA, SCHEMA


def _schema(engine):
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master").fetchall()
    made = {name: " ".join(text.split()) for name, text in rows if text is not None}
    made.pop("alembic_version", None)
    return made


def test_the_migrations_make_the_tables_that_a_new_file_gets(tmp_path):
    made, migrated = (create_engine(f"sqlite:///{tmp_path / n}") for n in ("a.db", "b.db"))
    METADATA.create_all(made)
    config = Config()
    config.set_main_option("script_location", str(SCHEMA.migrations))
    config.attributes.update(engine=migrated, metadata=METADATA)
    command.upgrade(config, SCHEMA.head)
    assert _schema(migrated) == _schema(made)
    command.downgrade(config, "base")
    assert set(inspect(migrated).get_table_names()) == {"alembic_version"}
    made.dispose()
    migrated.dispose()
