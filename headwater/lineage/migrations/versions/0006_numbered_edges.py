"""Edges of facets by number, in databases that still have them by all their columns.

The first databases had every column of an edge in its key. What is in the table follows from
the facets, so it is made again: the store projects its whole log after a migration.
"""

import sqlalchemy as sa
from alembic import op

from headwater.database.schema import BIG, SMALL, TEXT

revision = "0006"
down_revision = "0005"

_DECLARED = (
    ("facet_edge_declared", "in_dataset_id", "source = 1"),
    ("facet_edge_in_job", "in_job_id", "in_job_id > 0"),
    ("facet_edge_out_job", "out_job_id", "out_job_id > 0"),
)


def upgrade() -> None:
    columns = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("facet_edge")}
    if "number" in columns:
        return
    op.drop_table("facet_edge")
    op.create_table(
        "facet_edge",
        sa.Column("facet_id", BIG, primary_key=True, autoincrement=False),
        sa.Column("source", SMALL, primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("out_dataset_id", sa.Integer(), nullable=False),
        sa.Column("out_job_id", sa.Integer(), nullable=False),
        sa.Column("in_dataset_id", sa.Integer(), nullable=False),
        sa.Column("in_job_id", sa.Integer(), nullable=False),
        sa.Column("kind", SMALL, nullable=False),
        sa.Column("masking", SMALL, nullable=False),
        sa.Column("out_field", sa.LargeBinary(), nullable=False),
        sa.Column("in_field", sa.LargeBinary(), nullable=False),
        sa.Column("subtype", TEXT, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("facet_edge_in", "facet_edge", ["in_dataset_id", "in_field"])
    for name, column, condition in _DECLARED:
        where = sa.text(condition)
        op.create_index(name, "facet_edge", [column], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Leave the table: the revision before has the same."""
