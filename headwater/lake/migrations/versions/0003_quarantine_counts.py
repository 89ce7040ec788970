"""Count quarantined records without reading them.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    waiting = sa.text("replayed_at IS NULL")
    op.create_index(
        "quarantine_waiting", "quarantine", ["source", "replayed_at"], sqlite_where=waiting
    )
    op.create_index("quarantine_received", "quarantine", ["stage", "received_at", "source"])


def downgrade() -> None:
    op.drop_index("quarantine_received", "quarantine")
    op.drop_index("quarantine_waiting", "quarantine")
