"""The first tables of lake.db."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "segments",
        sa.Column("sequence", sa.Integer, primary_key=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("day", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("log", sa.Text, nullable=False),
        sa.Column("records", sa.Integer, nullable=False),
        sa.Column("size_bytes", sa.Integer, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("first_at", sa.Integer, nullable=False),
        sa.Column("last_at", sa.Integer, nullable=False),
        sa.UniqueConstraint("path", name="segments_path"),
    )
    op.create_index("segments_source", "segments", ["source", "sequence"])
    op.create_table(
        "schemas",
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("schema", sa.Text, nullable=False),
        sa.Column("columns", sa.Text, nullable=False),
        sa.Column("dedupe", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("event_time", sa.Text),
        sa.Column("proposed", sa.Integer, nullable=False),
        sa.Column("registered_at", sa.Integer, nullable=False),
        sa.Column("registered_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("source", "version", name="schemas_pk"),
    )
    op.create_table(
        "quarantine",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("received_at", sa.Integer, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("replayed_at", sa.Integer),
    )
    op.create_index("quarantine_source", "quarantine", ["source", "key"])
    op.create_table(
        "idempotency",
        sa.Column("principal", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("answer", sa.LargeBinary, nullable=False),
        sa.Column("expires_at", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("principal", "key", name="idempotency_pk"),
    )
    op.create_index("idempotency_expiry", "idempotency", ["expires_at"])
