"""The tables of `lineage.db`: the log, which is the truth, and projections, which are joins.

Conventions
- Names are bytes: UTF-8, lone surrogates kept (`surrogatepass`). `display` is the same text with
  NUL and surrogates replaced, for people and for LIKE.
- `*_us` is microseconds since 1970 in UTC, by event time; NULL where no plausible time is known.
- `*_seq` is a sequence of the log; nothing that holds one is in the dump, what follows from it is.
- `key` is the LWW key of the event that set the row, 25 bytes that compare as bytes in the order
  of the key (plausible, event time, rank, event hash); see `lineage/lww.py`, also for its parts.
- Columns of a fixed width stand before the others, which saves PostgreSQL the gaps between them.
- Join rules: *union* inserts or ignores; *LWW* keeps the row with the greatest `key`; *min* and
  *max* are per column, NULL loses; *function* is computed again from stored rows.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
)

from headwater.database.schema import BIG, SMALL, TEXT, Schema
from headwater.lineage.columns import CHANGED, where
from headwater.lineage.columns import id_of_row as _id
from headwater.lineage.columns import names as _names
from headwater.lineage.columns import part as _part
from headwater.lineage.columns import seen as _seen
from headwater.lineage.columns import standing as _standing
from headwater.lineage.columns import to as _to
from headwater.lineage.columns import told as _told
from headwater.lineage.name_index import index_names

METADATA: Final = MetaData()

# --- the log ------------------------------------------------------------------------------------

# Facet bodies, stored once. Key: canonical hash (16 bytes) of `body`, which is the canonical form,
# so that it never depends on who came first. Part of the truth: never rebuilt.
FACET: Final = Table(
    "facet",
    METADATA,
    _id(BIG),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("body", LargeBinary, nullable=False),
)

# The log: events and commands in commit order. Key: `hash`, canonical for an event, of the whole
# body with its nonce for a command; union. `kind`: 0 RunEvent, 1 JobEvent, 2 DatasetEvent,
# 3 command. `received_us` is the first arrival (min). `body` is the event as sent with facets
# taken out, read by `lineage.envelope`. `type`: 0 none, 1 START, 2 RUNNING, 3 OTHER (any other
# word too), 4 COMPLETE, 5 ABORT, 6 FAIL. `flags`: 1 has an error (`errorMessage`, or a run facet
# with `stackTrace`), 2 an output has `outputStatistics`, 4 stands alone (COMPLETE_SNAPSHOT).
# `time_s`, `time_ns` are Unix seconds and nanoseconds; NULL for a command without a time.
# `run_id` is the row in `run` that the event belongs to (JobEvents and DatasetEvents have
# their own); NULL for commands. It is a projection and made again by a rebuild.
EVENT: Final = Table(
    "event",
    METADATA,
    Column("seq", BIG, primary_key=True, autoincrement=False),
    Column("time_s", BigInteger),
    Column("received_us", BigInteger, nullable=False),
    Column("run_id", BIG),
    Column("time_ns", Integer),
    Column("kind", SMALL, nullable=False),
    Column("type", SMALL, nullable=False),
    Column("flags", SMALL, nullable=False),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("principal", TEXT, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
Index("event_of_run", EVENT.c.run_id, EVENT.c.type)
Index("event_by_time", EVENT.c.time_s, EVENT.c.time_ns, EVENT.c.kind, EVENT.c.type)

# Arrivals that could not be kept. Key: hash of the bytes, so that a resent body is one row.
# Bounded by settings; the oldest go first and are counted in `tally`.
DEAD_LETTER: Final = Table(
    "dead_letter",
    METADATA,
    Column("id", BIG, primary_key=True),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("received_us", BigInteger, nullable=False),
    Column("principal", TEXT, nullable=False),
    Column("reason", TEXT, nullable=False),
    Column("path", TEXT),
    Column("body", LargeBinary, nullable=False),
)

# Counts that no table can give: name `dead_letters_dropped`.
TALLY: Final = Table(
    "tally",
    METADATA,
    Column("name", TEXT, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

# --- who and what -------------------------------------------------------------------------------

# Hidden (soft delete) is a comparison of sequences, `reading.rows.HIDDEN`: an entity is hidden iff
# its own deleted_seq, or that of its namespace unless the namespace was revived since, is greater
# than its own revived_seq and named_seq. All three are max; `named_seq` is the latest first arrival
# of an event naming it (standing 1 or 2), or of a command declaring a namespace.

# Key: name. `first_us` min and `last_us` max over the events naming what lives in it. One with
# named_seq 0 is only mentioned by a facet or a command, and never listed.
NAMESPACE: Final = Table("namespace", METADATA, _id(), *_names(), *_standing())
Index("namespace_name", NAMESPACE.c.name, unique=True)

# Key: (namespace, name) as sent. `standing` is max: 2 events of its own, 1 named as parent or root
# or by an explicit `lineage` facet (a stub that lists show), 0 only mentioned (never listed).
# `facet_set_id` is what the latest event that said facets of it said, by the key `facet_key`.
JOB: Final = Table(
    "job",
    METADATA,
    _id(),
    _to("namespace"),
    *_names(),
    Column("standing", SMALL, nullable=False),
    *_standing(),
    *_told("facet"),
)
Index("job_name", JOB.c.namespace_id, JOB.c.name, unique=True)
Index("job_by_change", CHANGED, JOB.c.namespace_id, JOB.c.standing)
Index("job_of_namespace_by_change", JOB.c.namespace_id, CHANGED, JOB.c.standing)
Index("job_deleted", JOB.c.namespace_id, **where("deleted_seq > 0"))

# Key: (namespace, name) as sent; symlinks never merge rows. `standing` is max: 2 input, output or
# DatasetEvent, 1 named by an explicit `lineage` facet, 0 only mentioned by `columnLineage`,
# `symlinks` or a command (never listed). `read_set_id` and `read_key` are as in `job`, of those
# who read it; `written_set_id` and `written_key` of those who write it, and of DatasetEvents.
DATASET: Final = Table(
    "dataset",
    METADATA,
    _id(),
    _to("namespace"),
    *_names(),
    Column("standing", SMALL, nullable=False),
    *_standing(),
    *_told("read"),
    *_told("written"),
)
Index("dataset_name", DATASET.c.namespace_id, DATASET.c.name, unique=True)
Index("dataset_by_change", DATASET.c.namespace_id, CHANGED, DATASET.c.standing)
Index("dataset_deleted", DATASET.c.namespace_id, **where("deleted_seq > 0"))

for _named in (JOB, DATASET):
    index_names(_named)

# Facet keys as sent. Key: name.
FACET_NAME: Final = Table("facet_name", METADATA, _id(), *_names())
Index("facet_name_name", FACET_NAME.c.name, unique=True)

# --- runs ---------------------------------------------------------------------------------------

# Key: (uuid, job_id). `kind` 0: a run, `uuid` by Marquez's algorithm (16 bytes). Kind 1: one
# JobEvent, which counts as a COMPLETE run; kind 2: one DatasetEvent, `job_id` NULL; both have the
# event hash as `uuid`, so that a *version* is always a row of `run_io`.
# `first_key` min, `last_key` max over all events. `snapshot_key` max over the events that stand
# alone: its inputs and outputs are those rows of `run_io` with key >= snapshot_key.
# Function of the events with START or a terminal: `state` 0 new, 1 running, 2 completed,
# 3 aborted, 4 failed; `has_warning` 1 for a FAIL without error that was completed after all;
# `started_us`, `ended_us` of the last attempt; `decided_key`, the key of the event that decided
# the state, else last_key: order runs by it. `io_hash`: of the live inputs and outputs once
# there is a terminal, NULL before; runs of a job with one io_hash have one job version.
# `run_set_id`, `job_set_id`: the facets of the run, and of its job, that the event with last_key
# said, see `lineage/facet_tables.py`.
RUN: Final = Table(
    "run",
    METADATA,
    _id(BIG),
    Column("started_us", BigInteger),
    Column("ended_us", BigInteger),
    Column("run_set_id", BIG, nullable=False, server_default="0"),
    Column("job_set_id", BIG, nullable=False, server_default="0"),
    Column("job_id", Integer, ForeignKey("job.id")),
    Column("kind", SMALL, nullable=False),
    Column("state", SMALL, nullable=False, server_default="0"),
    Column("has_warning", SMALL, nullable=False, server_default="0"),
    Column("uuid", LargeBinary, nullable=False),
    Column("first_key", LargeBinary, nullable=False),
    Column("last_key", LargeBinary, nullable=False),
    Column("decided_key", LargeBinary, nullable=False),
    Column("snapshot_key", LargeBinary),
    Column("io_hash", LargeBinary),
    UniqueConstraint("uuid", "job_id"),
)
Index("run_of_job", RUN.c.job_id, RUN.c.decided_key)
Index("run_by_decision", RUN.c.decided_key, **where("kind = 0"))
Index("run_by_state", RUN.c.state, RUN.c.decided_key, **where("kind = 0 AND state <> 2"))

# The parent of a run, from its `parent` facet. Key: run; LWW. `parent_uuid`, `root_uuid` by
# Marquez's algorithm for parents; the runs they name may not exist. Root NULL where not given.
RUN_PARENT: Final = Table(
    "run_parent",
    METADATA,
    _part("run_id", BIG),
    Column("key", LargeBinary, nullable=False),
    Column("parent_uuid", LargeBinary, nullable=False),
    Column("parent_job_id", Integer, ForeignKey("job.id"), nullable=False),
    Column("root_uuid", LargeBinary),
    Column("root_job_id", Integer, ForeignKey("job.id")),
    sqlite_with_rowid=False,
)
Index("run_parent_child", RUN_PARENT.c.parent_uuid, RUN_PARENT.c.parent_job_id)
Index("run_parent_job", RUN_PARENT.c.parent_job_id)
Index("run_parent_root", RUN_PARENT.c.root_uuid)

# Inputs (direction 0) and outputs (1). Key: (run, dataset, direction); LWW, so `key` is of the
# latest event of the run that names it there. Rows with direction 1 are the dataset's versions.
# `facet_set_id`: the facets of the dataset that this event said, see `lineage/facet_tables.py`.
RUN_IO: Final = Table(
    "run_io",
    METADATA,
    _part("run_id", BIG),
    Column("facet_set_id", BIG, nullable=False),
    _part("dataset_id"),
    _part("direction", SMALL),
    Column("key", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
Index("run_io_of_dataset", RUN_IO.c.dataset_id, RUN_IO.c.direction, RUN_IO.c.run_id)

# --- edges --------------------------------------------------------------------------------------

# Every edge ever seen; its runs are in `run_io`. Key: (job, dataset, direction); min, max.
JOB_EDGE: Final = Table(
    "job_edge",
    METADATA,
    _part("job_id"),
    _part("direction", SMALL),
    _part("dataset_id"),
    *_seen(),
    sqlite_with_rowid=False,
)
Index("job_edge_of_dataset", JOB_EDGE.c.dataset_id, JOB_EDGE.c.direction, JOB_EDGE.c.job_id)

# What a `columnLineage` or `lineage` facet body says, spread out once per body (a function of
# it; union). `out_dataset_id` 0: the dataset that carries the facet. `out_field` b'': the
# dataset as a whole. `in_dataset_id` 0: no dataset, see `in_job_id`; `in_field` b'': as a whole.
# `in_job_id`, `out_job_id`: JOB entries of a `lineage` facet, 0: none, -1: the event's own job.
# `kind` 0 unknown, 1 DIRECT, 2 INDIRECT, as `type` says. A row with in_dataset_id = in_job_id = 0
# is an entry with `inputs: []`: it has no tracked upstream. `source` 0 columnLineage, 1 lineage.
# `number` counts them in the order of what they say, so that the key is short; it is in no dump.
FACET_EDGE: Final = Table(
    "facet_edge",
    METADATA,
    _part("facet_id", BIG),
    _part("source", SMALL),
    _part("number"),
    Column("out_dataset_id", Integer, nullable=False),
    Column("out_job_id", Integer, nullable=False),
    Column("in_dataset_id", Integer, nullable=False),
    Column("in_job_id", Integer, nullable=False),
    Column("kind", SMALL, nullable=False),
    Column("masking", SMALL, nullable=False),
    Column("out_field", LargeBinary, nullable=False),
    Column("in_field", LargeBinary, nullable=False),
    Column("subtype", TEXT, nullable=False),
    sqlite_with_rowid=False,
)
Index("facet_edge_in", FACET_EDGE.c.in_dataset_id, FACET_EDGE.c.in_field)
Index("facet_edge_declared", FACET_EDGE.c.in_dataset_id, **where("source = 1"))
Index("facet_edge_in_job", FACET_EDGE.c.in_job_id, **where("in_job_id > 0"))
Index("facet_edge_out_job", FACET_EDGE.c.out_job_id, **where("out_job_id > 0"))

# Who says so: the facet stood on output `dataset_id` of `job_id` (0 for a DatasetEvent), or, for
# `lineage` on a job (dataset_id is then the entry's target, 0 for a JOB entry). min, max. Column
# edges are facet_edge joined to this on facet_id and out_dataset_id in (0, dataset_id). What a
# run said is in `io_facet` and `run_facet` under the same facet_id.
LINEAGE_USE: Final = Table(
    "lineage_use",
    METADATA,
    _part("facet_id", BIG),
    _part("source", SMALL),
    _part("dataset_id"),
    _part("job_id"),
    *_seen(),
    sqlite_with_rowid=False,
)
Index("lineage_use_of_dataset", LINEAGE_USE.c.dataset_id, LINEAGE_USE.c.job_id)
Index("lineage_use_of_job", LINEAGE_USE.c.job_id)

# What a `symlinks` facet body says; union. A symlink is live while `dataset_facet` holds the body
# as the current `symlinks` of the dataset that carries it. `type` as sent (TABLE, LOCATION).
FACET_SYMLINK: Final = Table(
    "facet_symlink",
    METADATA,
    _part("facet_id", BIG),
    _part("dataset_id"),
    _part("type", TEXT),
    sqlite_with_rowid=False,
)
Index("facet_symlink_dataset", FACET_SYMLINK.c.dataset_id)

# --- what people say ----------------------------------------------------------------------------

# Notes of people on a namespace, job or dataset, out of commands. Key: (thing, field, what, item);
# LWW by the command's time. `field` is a column, b'' the thing as a whole. `what`: 0 a tag, 1 the
# description, 2 an owner. `item` is the tag or the owner; b'' for a description, and for the one
# owner of a namespace. `value` is the description, the owner's type, the namespace's owner; NULL
# where there is none. `stands` 0: it was taken back. `actor` is who said so.


def _notes(entity: str) -> Table:
    return Table(
        f"{entity}_note",
        METADATA,
        _part(f"{entity}_id"),
        _part("field", LargeBinary),
        _part("what", SMALL),
        _part("item", LargeBinary),
        Column("key", LargeBinary, nullable=False),
        Column("value", LargeBinary),
        Column("stands", SMALL, nullable=False),
        Column("actor", TEXT, nullable=False),
        sqlite_with_rowid=False,
    )


NAMESPACE_NOTE: Final = _notes("namespace")
JOB_NOTE: Final = _notes("job")
DATASET_NOTE: Final = _notes("dataset")

# Sources (kind 0) and tags (1) as people declared them last. Key: (kind, name); LWW, the whole row.
DECLARATION: Final = Table(
    "declaration",
    METADATA,
    _part("kind", SMALL),
    _part("name", LargeBinary),
    Column("key", LargeBinary, nullable=False),
    Column("type", LargeBinary),
    Column("url", LargeBinary),
    Column("description", LargeBinary),
    Column("actor", TEXT, nullable=False),
    sqlite_with_rowid=False,
)

# When each was declared first and last; min, max.
DECLARED: Final = Table(
    "declared",
    METADATA,
    _part("kind", SMALL),
    _part("name", LargeBinary),
    *_seen(),
    sqlite_with_rowid=False,
)

PROJECTED_SINCE: Final = "0007"
"""The last revision after which projections have to be made again from the log."""

SCHEMA: Final = Schema(
    name="lineage",
    metadata=METADATA,
    head="0008",
    migrations=Path(__file__).parent / "migrations",
)
