"""The indexes over parts of names, which each database keeps by itself.

SQLite has an FTS5 table of trigrams per kind, which three triggers fill. PostgreSQL has GIN indexes
of trigrams where its extension `pg_trgm` can be made, and reads all names where it cannot.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, Table, event

TRIGRAM: Final = 3
"""So many letters in a row are one entry."""


def on_sqlite(kind: str) -> tuple[str, ...]:
    """Return the statements that make the index of `job` or `dataset`.

    It holds which rows have a trigram, not where in the name: what it finds is compared anyway.
    """
    index = f"{kind}_trigram"
    add = f"INSERT INTO {index}(rowid, display) VALUES (new.id, new.display);"
    take = f"INSERT INTO {index}({index}, rowid, display) VALUES ('delete', old.id, old.display);"
    return (
        f"CREATE VIRTUAL TABLE {index} USING fts5(display, content='{kind}', content_rowid='id',"
        " tokenize='trigram', detail=none, columnsize=0)",
        f"CREATE TRIGGER {index}_new AFTER INSERT ON {kind} BEGIN {add} END",
        f"CREATE TRIGGER {index}_gone AFTER DELETE ON {kind} BEGIN {take} END",
        f"CREATE TRIGGER {index}_other AFTER UPDATE OF display ON {kind} BEGIN {take} {add} END",
    )


def on_postgresql(kind: str) -> tuple[str, ...]:
    """Return the statement that makes the index if the server has the extension and lets us.

    It is trusted: who may create in a database may make it there, since PostgreSQL 13.
    """
    return (
        "DO $$ BEGIN CREATE EXTENSION IF NOT EXISTS pg_trgm;"
        f" CREATE INDEX {kind}_trigram ON {kind} USING gin (display gin_trgm_ops);"
        " EXCEPTION WHEN feature_not_supported OR undefined_file OR insufficient_privilege"
        " OR undefined_object THEN NULL; END $$",
    )


def index_names(table: Table) -> None:
    """Make the index over the names of jobs or datasets whenever their table is made."""
    event.listen(table, "after_create", _make)


def _make(table: Table, connection: Connection, **_more: object) -> None:
    statements = on_sqlite if connection.dialect.name == "sqlite" else on_postgresql
    for statement in statements(table.name):
        connection.exec_driver_sql(statement)
