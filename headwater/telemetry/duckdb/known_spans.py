"""Which spans are there already, so that one that comes again is not stored twice.

Senders try again, and span ids tell it. Reading would have to sort all rows to find out; here a set
of the spans that were written lately answers for nearly all of them, and only what is suspected
is looked for in the table.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple, cast

import pyarrow as pa
import pyarrow.compute as pc

from headwater.duck import Connection
from headwater.telemetry.duckdb.statements import numbered, statements

_REMEMBERED: Final = 200_000
"""So many spans are remembered one by one; of earlier ones the trace is known."""

_MOST_PIECES: Final = 32
"""So many lists of earlier traces are looked through, before they are read as one again."""

Key = tuple[str, str]


class _Place(NamedTuple):
    """What decides between two copies of a span: the first to begin counts, then the longest."""

    start: int
    shortness: int


class KnownSpans:
    """The spans of one store; its only writer asks, inside the transaction that inserts."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._earlier: list[Sequence[int]] = []
        self._traces: set[int] = set()
        self._spans: set[int] = set()

    def only_new(self, spans: pa.Table) -> pa.Table:
        """Return the spans that are to be inserted, after the removal of rows that they replace."""
        keys = _keys(spans)
        traces = {_number(trace) for trace in {trace for trace, _ in keys}}
        self._recall(keys, traces)
        hashes = set(map(hash, keys))
        if len(hashes) == len(keys) and self._spans.isdisjoint(hashes):
            self._remember(traces, hashes)
            return spans
        kept = self._best(spans, keys)
        self._remember(traces, hashes)
        return spans.take(pa.array(kept, pa.int64()))

    def forget(self) -> None:
        """Start anew from what is stored, after a transaction that failed."""
        self._earlier = []
        self._traces, self._spans = set(), set()

    def _recall(self, keys: Iterable[Key], traces: set[int]) -> None:
        """Remember the stored spans of traces that had spans before those that are remembered."""
        if not self._earlier or len(self._earlier) > _MOST_PIECES:
            self.forget()
            self._earlier.append(_sorted_traces(self._connection))
        elif len(self._spans) > _REMEMBERED:
            self._earlier.append(array("Q", sorted(self._traces)))
            self._traces, self._spans = set(), set()
        earlier = {
            number
            for number in traces - self._traces
            if any(_holds(piece, number) for piece in self._earlier)
        }
        if earlier:
            names = {trace for trace, _ in keys if _number(trace) in earlier}
            self._spans.update(map(hash, self._stored(names)))

    def _remember(self, traces: set[int], hashes: set[int]) -> None:
        self._traces |= traces
        self._spans |= hashes

    def _best(self, spans: pa.Table, keys: list[Key]) -> list[int]:
        """Return the rows of the batch that stay, and remove stored ones that are worse."""
        starts = cast("list[int]", spans.column("Timestamp").cast(pa.int64()).to_pylist())
        lengths = cast("list[int]", spans.column("Duration").to_pylist())
        best: dict[Key, tuple[_Place, int]] = {}
        for row, (key, start, length) in enumerate(zip(keys, starts, lengths, strict=True)):
            place = _Place(start, -length)
            if key not in best or place < best[key][0]:
                best[key] = (place, row)
        suspected = [key for key in best if hash(key) in self._spans]
        stored = self._stored({trace for trace, _ in suspected}) if suspected else {}
        worse = [key for key in suspected if key in stored and best[key][0] < stored[key]]
        for trace, span in worse:
            self._connection.execute(statements("repeats.sql")["remove"], [trace, span])
        lost = {key for key in suspected if key in stored} - set(worse)
        return sorted(row for key, (_, row) in best.items() if key not in lost)

    def _stored(self, traces: Iterable[str]) -> Mapping[Key, _Place]:
        listed, values = numbered("id", sorted(traces))
        asked = statements("traces.sql")["bounds"].replace("{ids}", listed)
        first, last = self._connection.execute(asked, values).fetchone() or (None, None)
        if first is None:
            return {}
        sql = statements("repeats.sql")["stored"].replace("{ids}", listed)
        rows = self._connection.execute(sql, values | {"first": first, "last": last}).fetchall()
        return {(trace, span): _Place(start, -length) for trace, span, start, length in rows}


def _keys(spans: pa.Table) -> list[Key]:
    traces, ids = (spans.column(name).to_pylist() for name in ("TraceId", "SpanId"))
    return cast("list[Key]", list(zip(traces, ids, strict=True)))  # the columns have no nulls


def _number(trace_id: str) -> int:
    return int(trace_id[16:], 16)


def _sorted_traces(connection: Connection) -> Sequence[int]:
    """Return the number of every stored trace, eight bytes each."""
    found = connection.execute(statements("repeats.sql")["traces"]).to_arrow_table().column(0)
    numbers = pc.cast(found, pa.uint64()).combine_chunks()
    values = numbers.buffers()[1] if len(numbers) else None
    if values is None:
        return memoryview(b"").cast("Q")
    return memoryview(values).cast("Q")[numbers.offset : numbers.offset + len(numbers)]


def _holds(numbers: Sequence[int], wanted: int) -> bool:
    place = bisect_left(numbers, wanted)
    return place < len(numbers) and numbers[place] == wanted
