"""What people say of namespaces, jobs and datasets, and the sources and tags that they declare."""

import sqlalchemy as sa
from alembic import op

from headwater.database.schema import SMALL, TEXT

revision = "0002"
down_revision = "0001"

_NOTED = ("namespace", "job", "dataset")


def upgrade() -> None:
    for entity in _NOTED:
        op.create_table(
            f"{entity}_note",
            sa.Column(f"{entity}_id", sa.Integer, primary_key=True, nullable=False),
            sa.Column("field", sa.LargeBinary, primary_key=True, nullable=False),
            sa.Column("what", SMALL, primary_key=True, nullable=False),
            sa.Column("item", sa.LargeBinary, primary_key=True, nullable=False),
            sa.Column("key", sa.LargeBinary, nullable=False),
            sa.Column("value", sa.LargeBinary),
            sa.Column("stands", SMALL, nullable=False),
            sa.Column("actor", TEXT, nullable=False),
            sqlite_with_rowid=False,
        )
    op.create_table(
        "declaration",
        sa.Column("kind", SMALL, primary_key=True, nullable=False),
        sa.Column("name", sa.LargeBinary, primary_key=True, nullable=False),
        sa.Column("key", sa.LargeBinary, nullable=False),
        sa.Column("type", sa.LargeBinary),
        sa.Column("url", sa.LargeBinary),
        sa.Column("description", sa.LargeBinary),
        sa.Column("actor", TEXT, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "declared",
        sa.Column("kind", SMALL, primary_key=True, nullable=False),
        sa.Column("name", sa.LargeBinary, primary_key=True, nullable=False),
        sa.Column("first_us", sa.BigInteger),
        sa.Column("last_us", sa.BigInteger),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for table in ("declared", "declaration", *(f"{entity}_note" for entity in _NOTED)):
        op.drop_table(table)
