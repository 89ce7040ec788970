"""The full-text index over `search_document`, which each database keeps by itself.

SQLite has an FTS5 table that three triggers fill, PostgreSQL a column of tsvector with a GIN
index. `FIELDS` are in the order of their weight; `marks` are words to filter by, see
`lineage.words.mark_of`, and no text that people search.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Connection, Table, event

from headwater.database.schema import BIG, TEXT
from headwater.lineage.tables import METADATA

FIELDS: Final = ("name", "tags", "owners", "columns", "description", "sql")
ALL_FIELDS: Final = (*FIELDS, "marks")
_WEIGHTS: Final = {"name": "A", "tags": "B", "owners": "B", "marks": "D"}

_NAMES: Final = ", ".join(f'"{name}"' for name in ALL_FIELDS)
_NEW: Final = ", ".join(f'new."{name}"' for name in ALL_FIELDS)
_OLD: Final = ", ".join(f'old."{name}"' for name in ALL_FIELDS)
_ADD: Final = f"INSERT INTO search_index(rowid, {_NAMES}) VALUES (new.id, {_NEW});"
_TAKE: Final = (
    f"INSERT INTO search_index(search_index, rowid, {_NAMES}) VALUES ('delete', old.id, {_OLD});"
)
_VECTOR: Final = " || ".join(
    f"setweight(to_tsvector('simple'::regconfig, \"{name}\"), '{_WEIGHTS.get(name, 'C')}')"
    for name in ALL_FIELDS
)

SQLITE: Final = (
    f"CREATE VIRTUAL TABLE search_index USING fts5({_NAMES}, content='search_document',"
    " content_rowid='id', tokenize='unicode61 remove_diacritics 0')",
    f"CREATE TRIGGER search_document_new AFTER INSERT ON search_document BEGIN {_ADD} END",
    f"CREATE TRIGGER search_document_gone AFTER DELETE ON search_document BEGIN {_TAKE} END",
    f"CREATE TRIGGER search_document_other AFTER UPDATE ON search_document"
    f" BEGIN {_TAKE} {_ADD} END",
)
POSTGRESQL: Final = (
    "ALTER TABLE search_document ADD COLUMN vector tsvector"
    f" GENERATED ALWAYS AS ({_VECTOR}) STORED",
    "CREATE INDEX search_document_vector ON search_document USING gin (vector)",
)


def _make_index(_table: Table, connection: Connection, **_more: object) -> None:
    for statement in SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL:
        connection.exec_driver_sql(statement)


# Key: twice the row id of a dataset, and one more than twice that of a job. Function of the
# names, facets and notes of the thing; every field holds words, parted by spaces.
SEARCH_DOCUMENT: Final = Table(
    "search_document",
    METADATA,
    Column("id", BIG, primary_key=True, autoincrement=False),
    *(Column(name, TEXT, nullable=False) for name in ALL_FIELDS),
)
event.listen(SEARCH_DOCUMENT, "after_create", _make_index)
