"""The log and its projections."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute(
        """CREATE TABLE dataset_facet (
            dataset_id INTEGER NOT NULL,
            facet_name_id INTEGER NOT NULL,
            role INTEGER NOT NULL,
            "key" BLOB NOT NULL,
            facet_id INTEGER NOT NULL,
            is_deleted INTEGER NOT NULL,
            PRIMARY KEY (dataset_id, facet_name_id, role)
        )
         WITHOUT ROWID"""
    )
    op.execute(
        """CREATE INDEX dataset_facet_facet ON dataset_facet (facet_id)"""
    )
    op.execute(
        """CREATE TABLE dead_letter (
            id INTEGER NOT NULL,
            hash BLOB NOT NULL,
            received_us BIGINT NOT NULL,
            principal TEXT NOT NULL,
            reason TEXT NOT NULL,
            path TEXT,
            body BLOB NOT NULL,
            PRIMARY KEY (id),
            UNIQUE (hash)
        )"""
    )
    op.execute(
        """CREATE TABLE event (
            seq INTEGER NOT NULL,
            hash BLOB NOT NULL,
            kind INTEGER NOT NULL,
            type INTEGER NOT NULL,
            flags INTEGER NOT NULL,
            time_s BIGINT,
            time_ns INTEGER,
            received_us BIGINT NOT NULL,
            principal TEXT NOT NULL,
            run_id INTEGER,
            body BLOB NOT NULL,
            PRIMARY KEY (seq),
            UNIQUE (hash)
        )"""
    )
    op.execute(
        """CREATE INDEX event_by_time ON event (time_s, time_ns)"""
    )
    op.execute(
        """CREATE INDEX event_of_run ON event (run_id, type)"""
    )
    op.execute(
        """CREATE TABLE facet (
            id INTEGER NOT NULL,
            hash BLOB NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY (id),
            UNIQUE (hash)
        )"""
    )
    op.execute(
        """CREATE TABLE facet_edge (
            facet_id INTEGER NOT NULL,
            source INTEGER NOT NULL,
            out_dataset_id INTEGER NOT NULL,
            out_field BLOB NOT NULL,
            out_job_id INTEGER NOT NULL,
            in_dataset_id INTEGER NOT NULL,
            in_field BLOB NOT NULL,
            in_job_id INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            subtype TEXT NOT NULL,
            masking INTEGER NOT NULL,
            PRIMARY KEY (facet_id, source, out_dataset_id, out_field, out_job_id, in_dataset_id, in_field, in_job_id, kind, subtype, masking)
        )
         WITHOUT ROWID"""
    )
    op.execute(
        """CREATE INDEX facet_edge_in ON facet_edge (in_dataset_id, in_field)"""
    )
    op.execute(
        """CREATE TABLE facet_name (
            id INTEGER NOT NULL,
            name BLOB NOT NULL,
            display TEXT NOT NULL,
            PRIMARY KEY (id)
        )"""
    )
    op.execute(
        """CREATE UNIQUE INDEX facet_name_name ON facet_name (name)"""
    )
    op.execute(
        """CREATE TABLE facet_symlink (
            facet_id INTEGER NOT NULL,
            dataset_id INTEGER NOT NULL,
            type TEXT NOT NULL,
            PRIMARY KEY (facet_id, dataset_id, type)
        )
         WITHOUT ROWID"""
    )
    op.execute(
        """CREATE INDEX facet_symlink_dataset ON facet_symlink (dataset_id)"""
    )
    op.execute(
        """CREATE TABLE io_facet (
            run_id INTEGER NOT NULL,
            dataset_id INTEGER NOT NULL,
            direction INTEGER NOT NULL,
            part INTEGER NOT NULL,
            facet_name_id INTEGER NOT NULL,
            "key" BLOB NOT NULL,
            facet_id INTEGER NOT NULL,
            is_deleted INTEGER NOT NULL,
            PRIMARY KEY (run_id, dataset_id, direction, part, facet_name_id)
        )
         WITHOUT ROWID"""
    )
    op.execute(
        """CREATE TABLE job_edge (
            job_id INTEGER NOT NULL,
            direction INTEGER NOT NULL,
            dataset_id INTEGER NOT NULL,
            first_us BIGINT,
            last_us BIGINT,
            PRIMARY KEY (job_id, direction, dataset_id)
        )
         WITHOUT ROWID"""
    )
    op.execute(
        """CREATE INDEX job_edge_of_dataset ON job_edge (dataset_id, direction, job_id)"""
    )
    op.execute(
        """CREATE TABLE job_facet (
            job_id INTEGER NOT NULL,
            facet_name_id INTEGER NOT NULL,
            "key" BLOB NOT NULL,
            facet_id INTEGER NOT NULL,
            is_deleted INTEGER NOT NULL,
            PRIMARY KEY (job_id, facet_name_id)
        )
         WITHOUT ROWID"""
    )
    op.execute(
        """CREATE INDEX job_facet_facet ON job_facet (facet_id)"""
    )
    op.execute(
        """CREATE TABLE lineage_use (
            facet_id INTEGER NOT NULL,
            source INTEGER NOT NULL,
            dataset_id INTEGER NOT NULL,
            job_id INTEGER NOT NULL,
            first_us BIGINT,
            last_us BIGINT,
            PRIMARY KEY (facet_id, source, dataset_id, job_id)
        )
         WITHOUT ROWID"""
    )
    op.execute(
        """CREATE INDEX lineage_use_of_dataset ON lineage_use (dataset_id, job_id)"""
    )
    op.execute(
        """CREATE INDEX lineage_use_of_job ON lineage_use (job_id)"""
    )
    op.execute(
        """CREATE TABLE namespace (
            id INTEGER NOT NULL,
            name BLOB NOT NULL,
            display TEXT NOT NULL,
            first_us BIGINT,
            last_us BIGINT,
            named_seq INTEGER DEFAULT '0' NOT NULL,
            deleted_seq INTEGER DEFAULT '0' NOT NULL,
            revived_seq INTEGER DEFAULT '0' NOT NULL,
            PRIMARY KEY (id)
        )"""
    )
    op.execute(
        """CREATE UNIQUE INDEX namespace_name ON namespace (name)"""
    )
    op.execute(
        """CREATE TABLE run_facet (
            run_id INTEGER NOT NULL,
            owner INTEGER NOT NULL,
            facet_name_id INTEGER NOT NULL,
            "key" BLOB NOT NULL,
            facet_id INTEGER NOT NULL,
            is_deleted INTEGER NOT NULL,
            PRIMARY KEY (run_id, owner, facet_name_id)
        )
         WITHOUT ROWID"""
    )
    op.execute(
        """CREATE TABLE run_io (
            run_id INTEGER NOT NULL,
            dataset_id INTEGER NOT NULL,
            direction INTEGER NOT NULL,
            "key" BLOB NOT NULL,
            PRIMARY KEY (run_id, dataset_id, direction)
        )
         WITHOUT ROWID"""
    )
    op.execute(
        """CREATE INDEX run_io_of_dataset ON run_io (dataset_id, direction, run_id)"""
    )
    op.execute(
        """CREATE TABLE tally (
            name TEXT NOT NULL,
            value BIGINT NOT NULL,
            PRIMARY KEY (name)
        )"""
    )
    op.execute(
        """CREATE TABLE dataset (
            id INTEGER NOT NULL,
            namespace_id INTEGER NOT NULL,
            name BLOB NOT NULL,
            display TEXT NOT NULL,
            standing INTEGER NOT NULL,
            first_us BIGINT,
            last_us BIGINT,
            named_seq INTEGER DEFAULT '0' NOT NULL,
            deleted_seq INTEGER DEFAULT '0' NOT NULL,
            revived_seq INTEGER DEFAULT '0' NOT NULL,
            PRIMARY KEY (id),
            FOREIGN KEY(namespace_id) REFERENCES namespace (id)
        )"""
    )
    op.execute(
        """CREATE UNIQUE INDEX dataset_name ON dataset (namespace_id, name)"""
    )
    op.execute(
        """CREATE TABLE job (
            id INTEGER NOT NULL,
            namespace_id INTEGER NOT NULL,
            name BLOB NOT NULL,
            display TEXT NOT NULL,
            standing INTEGER NOT NULL,
            first_us BIGINT,
            last_us BIGINT,
            named_seq INTEGER DEFAULT '0' NOT NULL,
            deleted_seq INTEGER DEFAULT '0' NOT NULL,
            revived_seq INTEGER DEFAULT '0' NOT NULL,
            PRIMARY KEY (id),
            FOREIGN KEY(namespace_id) REFERENCES namespace (id)
        )"""
    )
    op.execute(
        """CREATE UNIQUE INDEX job_name ON job (namespace_id, name)"""
    )
    op.execute(
        """CREATE TABLE run (
            id INTEGER NOT NULL,
            uuid BLOB NOT NULL,
            job_id INTEGER,
            kind INTEGER NOT NULL,
            state INTEGER DEFAULT '0' NOT NULL,
            has_warning INTEGER DEFAULT '0' NOT NULL,
            started_us BIGINT,
            ended_us BIGINT,
            first_key BLOB NOT NULL,
            last_key BLOB NOT NULL,
            decided_key BLOB NOT NULL,
            snapshot_key BLOB,
            io_hash BLOB,
            PRIMARY KEY (id),
            UNIQUE (uuid, job_id),
            FOREIGN KEY(job_id) REFERENCES job (id)
        )"""
    )
    op.execute(
        """CREATE INDEX run_of_job ON run (job_id, decided_key)"""
    )
    op.execute(
        """CREATE TABLE run_parent (
            run_id INTEGER NOT NULL,
            "key" BLOB NOT NULL,
            parent_uuid BLOB NOT NULL,
            parent_job_id INTEGER NOT NULL,
            root_uuid BLOB,
            root_job_id INTEGER,
            PRIMARY KEY (run_id),
            FOREIGN KEY(parent_job_id) REFERENCES job (id),
            FOREIGN KEY(root_job_id) REFERENCES job (id)
        )
         WITHOUT ROWID"""
    )
    op.execute(
        """CREATE INDEX run_parent_child ON run_parent (parent_uuid, parent_job_id)"""
    )
    op.execute(
        """CREATE INDEX run_parent_job ON run_parent (parent_job_id)"""
    )
    op.execute(
        """CREATE INDEX run_parent_root ON run_parent (root_uuid)"""
    )


def downgrade() -> None:
    op.execute("DROP TABLE run_parent")
    op.execute("DROP TABLE run")
    op.execute("DROP TABLE job")
    op.execute("DROP TABLE dataset")
    op.execute("DROP TABLE tally")
    op.execute("DROP TABLE run_io")
    op.execute("DROP TABLE run_facet")
    op.execute("DROP TABLE namespace")
    op.execute("DROP TABLE lineage_use")
    op.execute("DROP TABLE job_facet")
    op.execute("DROP TABLE job_edge")
    op.execute("DROP TABLE io_facet")
    op.execute("DROP TABLE facet_symlink")
    op.execute("DROP TABLE facet_name")
    op.execute("DROP TABLE facet_edge")
    op.execute("DROP TABLE facet")
    op.execute("DROP TABLE event")
    op.execute("DROP TABLE dead_letter")
    op.execute("DROP TABLE dataset_facet")
