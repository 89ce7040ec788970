"""The log itself, in the order in which it was committed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from headwater.database.session import Row
from headwater.lineage.envelope import facet_ids, unpack
from headwater.lineage.reading.rows import rows_in, rows_of
from headwater.wire.openlineage.entries import Entry

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_COMMAND: Final = 3
_PAGE: Final = (
    "SELECT seq, kind, received_us, principal, body FROM event WHERE seq > :after"
    " AND kind < 4 ORDER BY seq LIMIT :limit"
)
_PAGE_BEFORE: Final = (
    "SELECT seq, kind, received_us, principal, body FROM event WHERE seq < :before"
    " AND kind < 4 ORDER BY seq DESC LIMIT :limit"
)


class Entries:
    """Reads events and commands back, equal to what was sent; what was erased is left out."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def page(self, *, after: int, limit: int) -> list[Entry]:
        """Return entries with a sequence beyond `after`, in order of it."""
        return self._entries(rows_of(self._connection, _PAGE, after=after, limit=limit))

    def page_before(self, *, before: int, limit: int) -> list[Entry]:
        """Return entries with a sequence below `before`, the latest first."""
        return self._entries(rows_of(self._connection, _PAGE_BEFORE, before=before, limit=limit))

    def last(self) -> int:
        """Return the greatest sequence, 0 where there is none."""
        return int(rows_of(self._connection, "SELECT coalesce(max(seq), 0) FROM event")[0][0])

    def count(self, *, after: int = 0) -> int:
        """Count the entries beyond a sequence."""
        sql = "SELECT count(*) FROM event WHERE seq > :after AND kind < 4"
        return int(rows_of(self._connection, sql, after=after)[0][0])

    def _entries(self, rows: Sequence[Row]) -> list[Entry]:
        events = [bytes(body) for _, kind, _, _, body in rows if kind != _COMMAND]
        bodies = self._bodies(key for body in events for key in facet_ids(body))
        return [
            Entry(
                body=bytes(body) if kind == _COMMAND else unpack(bytes(body), bodies),
                is_command=kind == _COMMAND,
                sequence=seq,
                received_at=_EPOCH + timedelta(microseconds=received_us),
                principal=principal,
            )
            for seq, kind, received_us, principal, body in rows
        ]

    def _bodies(self, facets: Iterable[int]) -> dict[int, bytes]:
        sql = "SELECT id, body FROM facet WHERE id IN ({keys})"
        return {key: bytes(body) for key, body in rows_in(self._connection, sql, facets)}
