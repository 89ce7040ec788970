"""Arrivals that could not be kept, bounded, with a count of those dropped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from headwater.database.bulk import insert
from headwater.database.session import Session
from headwater.errors import HeadwaterError, Invalid
from headwater.lineage import tables
from headwater.lineage.contract import Arrival
from headwater.lineage.names import display
from headwater.wire.openlineage.canonical import content_hash

DROPPED: Final = "dead_letters_dropped"
MOST_BODY_BYTES: Final = 1024 * 1024
_INSERT: Final = insert(
    tables.DEAD_LETTER,
    ("hash", "received_us", "principal", "reason", "path", "body"),
    on_conflict="ON CONFLICT DO NOTHING",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """An arrival that was refused, with the reason."""

    arrival: Arrival
    error: Exception


def keep(session: Session, letters: Sequence[DeadLetter], *, most: int) -> int:
    """Write refused arrivals, drop the oldest beyond `most`, and return how many were dropped.

    The same bytes refused again are one row. Of a body beyond a megabyte the start is kept.
    """
    session.write(_INSERT, [_row(letter) for letter in letters])
    ((count,),) = session.rows("SELECT count(*) FROM dead_letter")
    over = max(0, int(count) - most)
    if over:
        session.run(
            "DELETE FROM dead_letter WHERE id IN (SELECT id FROM dead_letter ORDER BY id LIMIT ?)",
            over,
        )
        add_to_tally(session, DROPPED, over)
    return over


def discard(session: Session, hashes: Sequence[bytes]) -> int:
    """Remove dead letters and return how many there were."""
    found = session.rows_in("SELECT id FROM dead_letter WHERE hash IN ({keys})", hashes)
    for (id_,) in found:
        session.run("DELETE FROM dead_letter WHERE id = ?", id_)
    return len(found)


def add_to_tally(session: Session, name: str, count: int) -> None:
    """Add to a count that no table can give."""
    session.run(
        "INSERT INTO tally (name, value) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET value = tally.value + excluded.value",
        name,
        count,
    )


def _row(letter: DeadLetter) -> tuple[bytes, int, str, str, str | None, bytes]:
    arrival, error = letter.arrival, letter.error
    reason = error.message if isinstance(error, HeadwaterError) else str(error)
    return (
        content_hash(arrival.body),
        int(arrival.received_at.timestamp() * 1_000_000),
        arrival.principal.name,
        display(reason),
        display(error.path) if isinstance(error, Invalid) and error.path else None,
        arrival.body[:MOST_BODY_BYTES],
    )
