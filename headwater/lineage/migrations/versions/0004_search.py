"""Documents of jobs and datasets, and the full-text index over them.

The documents themselves are made by the first commit after it, see `projections/documents.py`.
"""

import sqlalchemy as sa
from alembic import op

from headwater.database.schema import TEXT

revision = "0004"
down_revision = "0003"

_FIELDS = ("name", "tags", "owners", "columns", "description", "sql", "marks")
_NAMES = ", ".join(f'"{name}"' for name in _FIELDS)
_NEW = ", ".join(f'new."{name}"' for name in _FIELDS)
_OLD = ", ".join(f'old."{name}"' for name in _FIELDS)
_ADD = f"INSERT INTO search_index(rowid, {_NAMES}) VALUES (new.id, {_NEW});"
_TAKE = (
    f"INSERT INTO search_index(search_index, rowid, {_NAMES}) VALUES ('delete', old.id, {_OLD});"
)
_WEIGHTS = {"name": "A", "tags": "B", "owners": "B", "marks": "D"}
_VECTOR = " || ".join(
    f"setweight(to_tsvector('simple'::regconfig, \"{name}\"), '{_WEIGHTS.get(name, 'C')}')"
    for name in _FIELDS
)
_INDEX = {
    "sqlite": (
        f"CREATE VIRTUAL TABLE search_index USING fts5({_NAMES}, content='search_document',"
        " content_rowid='id', tokenize='unicode61 remove_diacritics 0')",
        f"CREATE TRIGGER search_document_new AFTER INSERT ON search_document BEGIN {_ADD} END",
        f"CREATE TRIGGER search_document_gone AFTER DELETE ON search_document BEGIN {_TAKE} END",
        f"CREATE TRIGGER search_document_other AFTER UPDATE ON search_document"
        f" BEGIN {_TAKE} {_ADD} END",
    ),
    "postgresql": (
        "ALTER TABLE search_document ADD COLUMN vector tsvector"
        f" GENERATED ALWAYS AS ({_VECTOR}) STORED",
        "CREATE INDEX search_document_vector ON search_document USING gin (vector)",
    ),
}


def upgrade() -> None:
    op.create_table(
        "search_document",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                  primary_key=True, autoincrement=False),
        *(sa.Column(name, TEXT, nullable=False) for name in _FIELDS),
    )
    for statement in _INDEX[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_index")
    op.drop_table("search_document")
