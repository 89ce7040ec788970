"""Facets by sets: what an event says of an owner is stored once, and the owner's row points at it.

What is in the tables follows from the log, so they are made empty: the store projects its whole
log after a migration.
"""

import sqlalchemy as sa
from alembic import op

from headwater.database.schema import BIG, SMALL, TEXT

revision = "0007"
down_revision = "0006"

_GONE = (
    *("run_parent", "run_io", "run_facet", "io_facet", "job_facet", "dataset_facet"),
    *("run", "job", "dataset"),
)
_CHANGED = sa.text("coalesce(last_us, -9000000000000000000)")
_INDEXES: tuple[tuple[str, str, list[str | sa.TextClause], str | None], ...] = (
    ("job_by_change", "job", [_CHANGED, "namespace_id", "standing"], None),
    ("job_of_namespace_by_change", "job", ["namespace_id", _CHANGED, "standing"], None),
    ("job_deleted", "job", ["namespace_id"], "deleted_seq > 0"),
    ("dataset_by_change", "dataset", ["namespace_id", _CHANGED, "standing"], None),
    ("dataset_deleted", "dataset", ["namespace_id"], "deleted_seq > 0"),
    ("run_of_job", "run", ["job_id", "decided_key"], None),
    ("run_by_decision", "run", ["decided_key"], "kind = 0"),
    ("run_by_state", "run", ["state", "decided_key"], "kind = 0 AND state <> 2"),
    ("run_parent_child", "run_parent", ["parent_uuid", "parent_job_id"], None),
    ("run_parent_job", "run_parent", ["parent_job_id"], None),
    ("run_parent_root", "run_parent", ["root_uuid"], None),
    ("run_io_of_dataset", "run_io", ["dataset_id", "direction", "run_id"], None),
    ("job_facet_facet", "job_facet", ["facet_id"], None),
    ("dataset_facet_facet", "dataset_facet", ["facet_id"], None),
)


def upgrade() -> None:
    _replace(has_sets=True)
    op.create_table(
        "facet_set",
        _part("id", BIG),
        sa.Column("hash", sa.LargeBinary(), nullable=False, unique=True),
    )
    op.create_table(
        "facet_set_member",
        _part("set_id", BIG),
        sa.Column("facet_id", BIG, nullable=False),
        _part("facet_name_id"),
        sa.Column("is_deleted", SMALL, nullable=False),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("facet_set_member")
    op.drop_table("facet_set")
    _replace(has_sets=False)
    op.execute("DELETE FROM tally WHERE name LIKE 'projections of revision %'")


def _replace(*, has_sets: bool) -> None:
    for table in _GONE:
        op.execute(f"DELETE FROM {table}")
        op.drop_table(table)
    _make_entities(has_sets=has_sets)
    _make_run(has_sets=has_sets)
    _make_facets(has_sets=has_sets)
    for name, table, columns, condition in _INDEXES:
        where = None if condition is None else sa.text(condition)
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def _make_entities(*, has_sets: bool) -> None:
    for entity, told in (("job", ("facet",)), ("dataset", ("read", "written"))):
        op.create_table(
            entity,
            _part("id"),
            sa.Column("namespace_id", sa.Integer(), sa.ForeignKey("namespace.id"), nullable=False),
            sa.Column("name", sa.LargeBinary(), nullable=False),
            sa.Column("display", TEXT, nullable=False),
            sa.Column("standing", SMALL, nullable=False),
            sa.Column("first_us", sa.BigInteger()),
            sa.Column("last_us", sa.BigInteger()),
            sa.Column("named_seq", BIG, nullable=False, server_default="0"),
            sa.Column("deleted_seq", BIG, nullable=False, server_default="0"),
            sa.Column("revived_seq", BIG, nullable=False, server_default="0"),
            *(column for word in told if has_sets for column in _told(word)),
        )
        op.create_index(f"{entity}_name", entity, ["namespace_id", "name"], unique=True)


def _make_run(*, has_sets: bool) -> None:
    sets = ("run_set_id", "job_set_id") if has_sets else ()
    op.create_table(
        "run",
        _part("id", BIG),
        sa.Column("started_us", sa.BigInteger()),
        sa.Column("ended_us", sa.BigInteger()),
        *(sa.Column(name, BIG, nullable=False, server_default="0") for name in sets),
        sa.Column("job_id", sa.Integer(), sa.ForeignKey("job.id")),
        sa.Column("kind", SMALL, nullable=False),
        sa.Column("state", SMALL, nullable=False, server_default="0"),
        sa.Column("has_warning", SMALL, nullable=False, server_default="0"),
        sa.Column("uuid", sa.LargeBinary(), nullable=False),
        sa.Column("first_key", sa.LargeBinary(), nullable=False),
        sa.Column("last_key", sa.LargeBinary(), nullable=False),
        sa.Column("decided_key", sa.LargeBinary(), nullable=False),
        sa.Column("snapshot_key", sa.LargeBinary()),
        sa.Column("io_hash", sa.LargeBinary()),
        sa.UniqueConstraint("uuid", "job_id"),
    )
    op.create_table(
        "run_parent",
        _part("run_id", BIG),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("parent_uuid", sa.LargeBinary(), nullable=False),
        sa.Column("parent_job_id", sa.Integer(), sa.ForeignKey("job.id"), nullable=False),
        sa.Column("root_uuid", sa.LargeBinary()),
        sa.Column("root_job_id", sa.Integer(), sa.ForeignKey("job.id")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "run_io",
        _part("run_id", BIG),
        *(sa.Column("facet_set_id", BIG, nullable=False) for _ in range(int(has_sets))),
        _part("dataset_id"),
        _part("direction", SMALL),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sqlite_with_rowid=False,
    )


def _make_facets(*, has_sets: bool) -> None:
    of_run = [_facet(), _part("facet_name_id"), _part("owner", SMALL)]
    of_job = [_facet(), _part("job_id"), _part("facet_name_id")]
    if not has_sets:
        of_run = [_part("owner", SMALL), _part("facet_name_id"), _facet()]
        of_job = [_part("job_id"), _part("facet_name_id"), _facet()]
    op.create_table(
        "run_facet", _part("run_id", BIG), *of_run, *_told_by(), sqlite_with_rowid=False
    )
    op.create_table(
        "io_facet",
        *(_part("run_id", BIG), _facet(), _part("dataset_id"), _part("direction", SMALL)),
        *(_part("part", SMALL), _part("facet_name_id"), *_told_by()),
        sqlite_with_rowid=False,
    )
    op.create_table("job_facet", *of_job, *_told_by(is_in_set=has_sets), sqlite_with_rowid=False)
    op.create_table(
        "dataset_facet",
        *(_facet(), _part("dataset_id"), _part("facet_name_id"), _part("role", SMALL)),
        *_told_by(is_in_set=has_sets),
        sqlite_with_rowid=False,
    )


def _part(name: str, type_: sa.types.TypeEngine[int] | None = None) -> sa.Column[int]:
    return sa.Column(name, type_ or sa.Integer(), primary_key=True, autoincrement=False)


def _facet() -> sa.Column[int]:
    return sa.Column("facet_id", BIG, nullable=False)


def _told(word: str) -> list[sa.Column[int] | sa.Column[bytes]]:
    return [sa.Column(f"{word}_set_id", BIG), sa.Column(f"{word}_key", sa.LargeBinary())]


def _told_by(*, is_in_set: bool = False) -> list[sa.Column[int] | sa.Column[bytes]]:
    return [
        sa.Column("is_deleted", SMALL, nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=is_in_set),
    ]
