"""The tables that say which facets runs, jobs and datasets have.

Of a name the facet of the event with the greatest `key` counts (LWW). Events say the same facets
again and again, all at once: so what an event says is a set that is stored once, and an owner's
row holds the set of its latest event. Rows by name are for the rest, and which facets are in a set
is a matter of space alone: what was never said before is in none, see `projections/facet_sets.py`.
`is_deleted` 1: the facet said `_deleted`, so it is not there.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Index, LargeBinary, Table

from headwater.database.schema import BIG, SMALL
from headwater.lineage.columns import id_of_row as _id
from headwater.lineage.columns import part as _part
from headwater.lineage.tables import METADATA

# Key: hash of what the set holds, by row ids; never changed. 0 is the empty set and has no row.
FACET_SET: Final = Table(
    "facet_set",
    METADATA,
    _id(BIG),
    Column("hash", LargeBinary, nullable=False, unique=True),
)

FACET_SET_MEMBER: Final = Table(
    "facet_set_member",
    METADATA,
    _part("set_id", BIG),
    Column("facet_id", BIG, nullable=False),
    _part("facet_name_id"),
    Column("is_deleted", SMALL, nullable=False),
    sqlite_with_rowid=False,
)

# Of a run (owner 0) and of its job as that run said (owner 1); key (run, owner, name); LWW. The
# names that are not in `run.run_set_id` or `run.job_set_id`, of which the key is `run.last_key`.
RUN_FACET: Final = Table(
    "run_facet",
    METADATA,
    _part("run_id", BIG),
    Column("facet_id", BIG, nullable=False),
    _part("facet_name_id"),
    _part("owner", SMALL),
    Column("is_deleted", SMALL, nullable=False),
    Column("key", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# Of a dataset as one run said: `part` 0 `facets`, 1 `inputFacets` or `outputFacets`; LWW. The
# names of part 0 that are not in `run_io.facet_set_id`, of which the key is `run_io.key`.
IO_FACET: Final = Table(
    "io_facet",
    METADATA,
    _part("run_id", BIG),
    Column("facet_id", BIG, nullable=False),
    _part("dataset_id"),
    _part("direction", SMALL),
    _part("part", SMALL),
    _part("facet_name_id"),
    Column("is_deleted", SMALL, nullable=False),
    Column("key", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# Of a job, over all its runs and JobEvents: every name; LWW. `key` NULL: the name is in
# `job.facet_set_id`, and the key is `job.facet_key`.
JOB_FACET: Final = Table(
    "job_facet",
    METADATA,
    Column("facet_id", BIG, nullable=False),
    _part("job_id"),
    _part("facet_name_id"),
    Column("is_deleted", SMALL, nullable=False),
    Column("key", LargeBinary),
    sqlite_with_rowid=False,
)
Index("job_facet_facet", JOB_FACET.c.facet_id)

# Of a dataset over all its runs and DatasetEvents; part 0 only; LWW. `role` 1: by who writes it and
# DatasetEvents, 0: by who reads it; of a name take role 1 where it exists. `key` NULL as above,
# with `dataset.written_set_id` or `dataset.read_set_id`.
DATASET_FACET: Final = Table(
    "dataset_facet",
    METADATA,
    Column("facet_id", BIG, nullable=False),
    _part("dataset_id"),
    _part("facet_name_id"),
    _part("role", SMALL),
    Column("is_deleted", SMALL, nullable=False),
    Column("key", LargeBinary),
    sqlite_with_rowid=False,
)
Index("dataset_facet_facet", DATASET_FACET.c.facet_id)
