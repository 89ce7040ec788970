"""Arrivals that could not be kept, bounded, with a count of those dropped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from sqlite3 import Cursor
from typing import Final

from headwater.errors import HeadwaterError, Invalid
from headwater.lineage.contract import Arrival
from headwater.lineage.names import display
from headwater.wire.openlineage.canonical import content_hash

DROPPED: Final = "dead_letters_dropped"
MOST_BODY_BYTES: Final = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """An arrival that was refused, with the reason."""

    arrival: Arrival
    error: Exception


def keep(cursor: Cursor, letters: Sequence[DeadLetter], *, most: int) -> int:
    """Write refused arrivals, drop the oldest beyond `most`, and return how many were dropped.

    The same bytes refused again are one row. Of a body beyond a megabyte the start is kept.
    """
    cursor.executemany(
        "INSERT INTO dead_letter (hash, received_us, principal, reason, path, body) "
        "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [_row(letter) for letter in letters],
    )
    (count,) = cursor.execute("SELECT count(*) FROM dead_letter").fetchone()
    over = max(0, int(count) - most)
    if over:
        cursor.execute(
            "DELETE FROM dead_letter WHERE id IN (SELECT id FROM dead_letter ORDER BY id LIMIT ?)",
            (over,),
        )
        cursor.execute(
            "INSERT INTO tally (name, value) VALUES (?, ?) "
            "ON CONFLICT (name) DO UPDATE SET value = value + excluded.value",
            (DROPPED, over),
        )
    return over


def _row(letter: DeadLetter) -> tuple[bytes, int, str, str, str | None, bytes]:
    arrival, error = letter.arrival, letter.error
    reason = error.message if isinstance(error, HeadwaterError) else str(error)
    return (
        content_hash(arrival.body),
        int(arrival.received_at.timestamp() * 1_000_000),
        arrival.principal.name,
        display(reason),
        error.path if isinstance(error, Invalid) else None,
        arrival.body[:MOST_BODY_BYTES],
    )
