"""The manifest in lake.db."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, func, select

from headwater.lake.contract import Manifest
from headwater.lake.lake_database import from_microseconds, segments, to_microseconds
from headwater.model.record import Segment

_INSERT: Final = (
    "INSERT INTO segments"
    " (source, day, path, log, records, size_bytes, sha256, first_at, last_at)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (path) DO NOTHING"
)
_PATHS_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTotal:
    """What the raw zone holds of one source."""

    source: str
    segments: int
    records: int
    size_bytes: int
    first_at: datetime
    last_at: datetime


class SqlManifest(Manifest):
    """Segments as rows; the sequence is the row id, given in commit order."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reads = engine.execution_options(read_only=True)

    def add(self, segments: Sequence[Segment]) -> tuple[Segment, ...]:
        if not segments:
            return ()
        with self._engine.begin() as connection:
            return add_segments(connection, segments)

    def find(
        self, *, source: str | None = None, after: int = 0, until: int | None = None
    ) -> tuple[Segment, ...]:
        query = select(segments).where(segments.c.sequence > after).order_by(segments.c.sequence)
        if source is not None:
            query = query.where(segments.c.source == source)
        if until is not None:
            query = query.where(segments.c.sequence <= until)
        with self._reads.connect() as connection:
            return tuple(_segment(row) for row in connection.execute(query))

    def page(self, *, source: str | None, after: int, limit: int) -> tuple[Segment, ...]:
        """Return at most `limit` segments with `after < sequence`, by sequence."""
        query = select(segments).where(segments.c.sequence > after).order_by(segments.c.sequence)
        if source is not None:
            query = query.where(segments.c.source == source)
        with self._reads.connect() as connection:
            return tuple(_segment(row) for row in connection.execute(query.limit(limit)))

    def newest(self, source: str, *, most: int) -> tuple[Segment, ...]:
        """Return the segments of a source that were added last, the latest first."""
        query = select(segments).where(segments.c.source == source)
        query = query.order_by(segments.c.sequence.desc()).limit(most)
        with self._reads.connect() as connection:
            return tuple(_segment(row) for row in connection.execute(query))

    def latest(self, *, source: str | None, since: datetime, most: int) -> tuple[Segment, ...]:
        """Return of the `most` segments that were added last those with a record since."""
        query = select(segments).order_by(segments.c.sequence.desc()).limit(most)
        if source is not None:
            query = query.where(segments.c.source == source)
        with self._reads.connect() as connection:
            found = [_segment(row) for row in connection.execute(query)]
        return tuple(segment for segment in found if segment.last_at >= since)

    def totals(self) -> tuple[SourceTotal, ...]:
        """Return what there is of each source, sorted."""
        c = segments.c
        query = select(
            c.source,
            func.count(),
            func.sum(c.records),
            func.sum(c.size_bytes),
            func.min(c.first_at),
            func.max(c.last_at),
        )
        with self._reads.connect() as connection:
            rows = connection.execute(query.group_by(c.source).order_by(c.source)).all()
        return tuple(
            SourceTotal(
                source=source,
                segments=count,
                records=records,
                size_bytes=size_bytes,
                first_at=from_microseconds(first_at),
                last_at=from_microseconds(last_at),
            )
            for source, count, records, size_bytes, first_at, last_at in rows
        )

    def sources(self) -> tuple[str, ...]:
        query = select(segments.c.source).distinct().order_by(segments.c.source)
        with self._reads.connect() as connection:
            return tuple(connection.scalars(query))

    def last_sequence(self) -> int:
        with self._reads.connect() as connection:
            return connection.scalar(select(func.max(segments.c.sequence))) or 0


def add_segments(connection: Connection, added: Sequence[Segment]) -> tuple[Segment, ...]:
    """Add segments within a transaction of the caller's, and return them as they are stored."""
    if not added:
        return ()
    rows = [
        (
            s.source,
            s.day,
            s.path,
            s.log,
            s.records,
            s.size_bytes,
            s.sha256,
            to_microseconds(s.first_at),
            to_microseconds(s.last_at),
        )
        for s in added
    ]
    connection.exec_driver_sql(_INSERT, rows)
    stored: dict[str, Segment] = {}
    paths = [s.path for s in added]
    for start in range(0, len(paths), _PATHS_AT_ONCE):
        some = paths[start : start + _PATHS_AT_ONCE]
        for row in connection.execute(select(segments).where(segments.c.path.in_(some))):
            stored[row.path] = _segment(row)
    return tuple(stored[path] for path in paths)


def _segment(row: Any) -> Segment:
    return Segment(
        sequence=row.sequence,
        source=row.source,
        day=row.day,
        path=row.path,
        log=row.log,
        records=row.records,
        size_bytes=row.size_bytes,
        sha256=row.sha256,
        first_at=from_microseconds(row.first_at),
        last_at=from_microseconds(row.last_at),
    )
