"""What people are told of as it changes, and how it is noticed."""

from __future__ import annotations

from headwater.api.live import Topics
from headwater.lineage.reading.view import LineageReads
from headwater.observe import INGEST_RECORDS, JOB_RUNS, SQL_STATEMENTS, TELEMETRY_ITEMS


def topics_of(reads: LineageReads) -> Topics:
    """Return the topics of the platform.

    Lineage is asked for its sequence, because other servers may write to the same database; the
    rest this process alone writes, so its own counters tell.
    """
    return {
        "lineage": lambda: float(reads.latest_sequence()),
        "records": INGEST_RECORDS.total,
        "tables": JOB_RUNS.total,
        "telemetry": TELEMETRY_ITEMS.total,
        "sql": SQL_STATEMENTS.total,
    }
