"""What a run did to a table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TableResult:
    """What one run did to one table; `error` is None when it committed."""

    run_id: str
    job: str
    table: str
    rows_in: int = 0
    rows_out: int = 0
    rows_quarantined: int = 0
    snapshot_id: int | None = None
    error: str | None = None
