"""The log and its projections."""

import sqlalchemy as sa
from alembic import op

from headwater.database.schema import BIG, SMALL, TEXT

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "dataset_facet",
        sa.Column("facet_id", BIG, nullable=False),
        sa.Column("dataset_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("facet_name_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("role", SMALL, primary_key=True, autoincrement=False),
        sa.Column("is_deleted", SMALL, nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("dataset_facet_facet", "dataset_facet", ["facet_id"])
    op.create_table(
        "dead_letter",
        sa.Column("id", BIG, primary_key=True),
        sa.Column("hash", sa.LargeBinary(), nullable=False, unique=True),
        sa.Column("received_us", sa.BigInteger(), nullable=False),
        sa.Column("principal", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("path", TEXT),
        sa.Column("body", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "event",
        sa.Column("seq", BIG, primary_key=True, autoincrement=False),
        sa.Column("time_s", sa.BigInteger()),
        sa.Column("received_us", sa.BigInteger(), nullable=False),
        sa.Column("run_id", BIG),
        sa.Column("time_ns", sa.Integer()),
        sa.Column("kind", SMALL, nullable=False),
        sa.Column("type", SMALL, nullable=False),
        sa.Column("flags", SMALL, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False, unique=True),
        sa.Column("principal", TEXT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
    )
    op.create_index("event_by_time", "event", ["time_s", "time_ns"])
    op.create_index("event_of_run", "event", ["run_id", "type"])
    op.create_table(
        "facet",
        sa.Column("id", BIG, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False, unique=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
    )
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
    op.create_table(
        "facet_name",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("display", TEXT, nullable=False),
    )
    op.create_index("facet_name_name", "facet_name", ["name"], unique=True)
    op.create_table(
        "facet_symlink",
        sa.Column("facet_id", BIG, primary_key=True, autoincrement=False),
        sa.Column("dataset_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("type", TEXT, primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
    op.create_index("facet_symlink_dataset", "facet_symlink", ["dataset_id"])
    op.create_table(
        "io_facet",
        sa.Column("run_id", BIG, primary_key=True, autoincrement=False),
        sa.Column("facet_id", BIG, nullable=False),
        sa.Column("dataset_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("direction", SMALL, primary_key=True, autoincrement=False),
        sa.Column("part", SMALL, primary_key=True, autoincrement=False),
        sa.Column("facet_name_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("is_deleted", SMALL, nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "job_edge",
        sa.Column("job_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("direction", SMALL, primary_key=True, autoincrement=False),
        sa.Column("dataset_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("first_us", sa.BigInteger()),
        sa.Column("last_us", sa.BigInteger()),
        sqlite_with_rowid=False,
    )
    op.create_index("job_edge_of_dataset", "job_edge", ["dataset_id", "direction", "job_id"])
    op.create_table(
        "job_facet",
        sa.Column("job_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("facet_name_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("facet_id", BIG, nullable=False),
        sa.Column("is_deleted", SMALL, nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("job_facet_facet", "job_facet", ["facet_id"])
    op.create_table(
        "lineage_use",
        sa.Column("facet_id", BIG, primary_key=True, autoincrement=False),
        sa.Column("source", SMALL, primary_key=True, autoincrement=False),
        sa.Column("dataset_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("job_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("first_us", sa.BigInteger()),
        sa.Column("last_us", sa.BigInteger()),
        sqlite_with_rowid=False,
    )
    op.create_index("lineage_use_of_dataset", "lineage_use", ["dataset_id", "job_id"])
    op.create_index("lineage_use_of_job", "lineage_use", ["job_id"])
    op.create_table(
        "namespace",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("display", TEXT, nullable=False),
        sa.Column("first_us", sa.BigInteger()),
        sa.Column("last_us", sa.BigInteger()),
        sa.Column("named_seq", BIG, nullable=False, server_default="0"),
        sa.Column("deleted_seq", BIG, nullable=False, server_default="0"),
        sa.Column("revived_seq", BIG, nullable=False, server_default="0"),
    )
    op.create_index("namespace_name", "namespace", ["name"], unique=True)
    op.create_table(
        "run_facet",
        sa.Column("run_id", BIG, primary_key=True, autoincrement=False),
        sa.Column("owner", SMALL, primary_key=True, autoincrement=False),
        sa.Column("facet_name_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("facet_id", BIG, nullable=False),
        sa.Column("is_deleted", SMALL, nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "run_io",
        sa.Column("run_id", BIG, primary_key=True, autoincrement=False),
        sa.Column("dataset_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("direction", SMALL, primary_key=True, autoincrement=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("run_io_of_dataset", "run_io", ["dataset_id", "direction", "run_id"])
    op.create_table(
        "tally",
        sa.Column("name", TEXT, primary_key=True),
        sa.Column("value", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "dataset",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("namespace_id", sa.Integer(), sa.ForeignKey("namespace.id"), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("display", TEXT, nullable=False),
        sa.Column("standing", SMALL, nullable=False),
        sa.Column("first_us", sa.BigInteger()),
        sa.Column("last_us", sa.BigInteger()),
        sa.Column("named_seq", BIG, nullable=False, server_default="0"),
        sa.Column("deleted_seq", BIG, nullable=False, server_default="0"),
        sa.Column("revived_seq", BIG, nullable=False, server_default="0"),
    )
    op.create_index("dataset_name", "dataset", ["namespace_id", "name"], unique=True)
    op.create_table(
        "job",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("namespace_id", sa.Integer(), sa.ForeignKey("namespace.id"), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("display", TEXT, nullable=False),
        sa.Column("standing", SMALL, nullable=False),
        sa.Column("first_us", sa.BigInteger()),
        sa.Column("last_us", sa.BigInteger()),
        sa.Column("named_seq", BIG, nullable=False, server_default="0"),
        sa.Column("deleted_seq", BIG, nullable=False, server_default="0"),
        sa.Column("revived_seq", BIG, nullable=False, server_default="0"),
    )
    op.create_index("job_name", "job", ["namespace_id", "name"], unique=True)
    op.create_table(
        "run",
        sa.Column("id", BIG, primary_key=True, autoincrement=False),
        sa.Column("started_us", sa.BigInteger()),
        sa.Column("ended_us", sa.BigInteger()),
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
    op.create_index("run_of_job", "run", ["job_id", "decided_key"])
    op.create_table(
        "run_parent",
        sa.Column("run_id", BIG, primary_key=True, autoincrement=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("parent_uuid", sa.LargeBinary(), nullable=False),
        sa.Column("parent_job_id", sa.Integer(), sa.ForeignKey("job.id"), nullable=False),
        sa.Column("root_uuid", sa.LargeBinary()),
        sa.Column("root_job_id", sa.Integer(), sa.ForeignKey("job.id")),
        sqlite_with_rowid=False,
    )
    op.create_index("run_parent_child", "run_parent", ["parent_uuid", "parent_job_id"])
    op.create_index("run_parent_job", "run_parent", ["parent_job_id"])
    op.create_index("run_parent_root", "run_parent", ["root_uuid"])


def downgrade() -> None:
    for table in (
        "run_parent",
        "run",
        "job",
        "dataset",
        "tally",
        "run_io",
        "run_facet",
        "namespace",
        "lineage_use",
        "job_facet",
        "job_edge",
        "io_facet",
        "facet_symlink",
        "facet_name",
        "facet_edge",
        "facet",
        "event",
        "dead_letter",
        "dataset_facet",
    ):
        op.drop_table(table)
