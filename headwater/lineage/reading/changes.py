"""What the log says since a sequence: for whoever keeps something that follows from lineage."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from headwater.lineage.commands import read_command
from headwater.lineage.deflate import FACET
from headwater.lineage.reading.rows import rows_in, rows_of
from headwater.lineage.reading.said import run_facets
from headwater.model.lineage import Facets

_LATEST: Final = "SELECT coalesce(max(seq), 0) FROM event"
_ENTRIES: Final = (
    "SELECT seq, kind, run_id, CASE WHEN kind = 3 THEN body END FROM event"
    " WHERE seq > :after ORDER BY seq LIMIT :most"
)
_MOST_BYTES: Final = 4_096
_OF_RUNS: Final = (
    f"SELECT f.run_id, n.display, b.body FROM {run_facets('r.id IN ({keys})', owner=0)} f"
    " JOIN facet_name n ON n.id = f.facet_name_id JOIN facet b ON b.id = f.facet_id"
    f" WHERE f.is_deleted = 0 AND length(b.body) <= {_MOST_BYTES}"
)
_OF_USES: Final = (
    "SELECT f.run_id, f.direction, n.display, b.body FROM io_facet f"
    " JOIN facet_name n ON n.id = f.facet_name_id JOIN facet b ON b.id = f.facet_id"
    " WHERE f.run_id IN ({keys}) AND f.part = 1 AND f.is_deleted = 0"
    " AND n.display IN ('inputStatistics', 'outputStatistics')"
)
_RUN_EVENT: Final = 0
_COMMAND: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Entries of the log up to `sequence`: the keys of the runs that they are of.

    `has_erased`: something was erased, so that runs known before may be gone.
    """

    sequence: int
    runs: frozenset[int]
    has_erased: bool


class Changes:
    """Reads which runs were touched, in the order of the log."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def latest(self) -> int:
        """Return the newest sequence, 0 for an empty log."""
        return int(rows_of(self._connection, _LATEST)[0][0])

    def after(self, sequence: int, *, most: int) -> Change | None:
        """Return what the next entries touched, None where there are none."""
        rows = rows_of(self._connection, _ENTRIES, after=sequence, most=most)
        if not rows:
            return None
        return Change(
            sequence=int(rows[-1][0]),
            runs=frozenset(
                int(run) for _, kind, run, _ in rows if kind == _RUN_EVENT and run is not None
            ),
            has_erased=any(
                kind == _COMMAND and read_command(bytes(body)).verb in ("erase", "cut")
                for _, kind, _, body in rows
            ),
        )

    def small_facets(self, runs: Iterable[int]) -> Mapping[int, Facets]:
        """Return the run facets that are short; plans and stack traces stay out."""
        found: defaultdict[int, dict[str, bytes]] = defaultdict(dict)
        for run, name, body in rows_in(self._connection, _OF_RUNS, runs):
            found[run][name] = FACET.unpack(bytes(body))
        return found

    def statistics(self, runs: Iterable[int]) -> Mapping[tuple[int, int], list[Facets]]:
        """Return by (run, direction) what was counted for each of its datasets."""
        found: defaultdict[tuple[int, int], list[Facets]] = defaultdict(list)
        for run, direction, name, body in rows_in(self._connection, _OF_USES, runs):
            found[run, direction].append({name: FACET.unpack(bytes(body))})
        return found
