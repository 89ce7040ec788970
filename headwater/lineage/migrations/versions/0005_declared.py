"""Indexes for walks over what `lineage` facets declare."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_MADE = (
    ("facet_edge_declared", "in_dataset_id", "source = 1"),
    ("facet_edge_in_job", "in_job_id", "in_job_id > 0"),
    ("facet_edge_out_job", "out_job_id", "out_job_id > 0"),
)


def upgrade() -> None:
    for name, column, condition in _MADE:
        where = sa.text(condition)
        op.create_index(name, "facet_edge", [column], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for name, _, _ in _MADE:
        op.drop_index(name, "facet_edge")
