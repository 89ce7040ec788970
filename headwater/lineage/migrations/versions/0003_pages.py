"""Indexes in the order of pages: jobs and datasets by change, runs and events by time."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_CHANGED = sa.text("coalesce(last_us, -9000000000000000000)")
_MADE: tuple[tuple[str, str, list[str | sa.TextClause], str | None], ...] = (
    ("event_by_time", "event", ["time_s", "time_ns", "kind", "type"], None),
    ("job_by_change", "job", [_CHANGED, "namespace_id", "standing"], None),
    ("job_of_namespace_by_change", "job", ["namespace_id", _CHANGED, "standing"], None),
    ("job_deleted", "job", ["namespace_id"], "deleted_seq > 0"),
    ("dataset_by_change", "dataset", ["namespace_id", _CHANGED, "standing"], None),
    ("dataset_deleted", "dataset", ["namespace_id"], "deleted_seq > 0"),
    ("run_by_decision", "run", ["decided_key"], "kind = 0"),
    ("run_by_state", "run", ["state", "decided_key"], "kind = 0 AND state <> 2"),
)


def upgrade() -> None:
    op.drop_index("event_by_time", "event")
    for name, table, columns, condition in _MADE:
        where = None if condition is None else sa.text(condition)
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for name, table, _, _ in _MADE:
        op.drop_index(name, table)
    op.create_index("event_by_time", "event", ["time_s", "time_ns"])
