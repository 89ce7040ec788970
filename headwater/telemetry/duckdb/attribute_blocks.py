"""In which stretches of time an attribute has a value, so that a search need not read all maps.

Spans are counted into blocks of up to a thousand in order of arrival. For each block there is a
number for every pair of key and value in it, of 24 bits and one more for what a resource says: a
pair that is rare leads to few blocks, and past the maps of their resources. Blocks of version 2
have numbers of 32 bits, whose lower 24 are the same, for both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final, cast
from zlib import crc32

import pyarrow as pa
import pyarrow.compute as pc

from headwater.duck import Connection
from headwater.telemetry.duckdb.derived import chunks_of, entries, single
from headwater.telemetry.duckdb.statements import numbered, statements
from headwater.wire.otlp.columns import Array

_SPANS_OF_BLOCK: Final = 1_024
_NEAR: Final = 2
_FIRST_STRETCHES: Final = 2
_MOST_READS: Final = 16
_BETWEEN: Final = "\x1f"
_HASH: Final = 2**24 - 1
_OF_RESOURCE: Final = 2**24


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which such spans may be; nanoseconds, both ends included.

    `block` is the number of the block that they are in, and `in_resources` tells whether a
    resource may have what is wanted, or only spans.
    """

    first: int
    last: int
    block: int = 0
    in_resources: bool = True

    def with_other(self, other: Stretch) -> Stretch:
        """Return the time from the first of both to the last, up to the block of the other."""
        return Stretch(
            min(self.first, other.first),
            max(self.last, other.last),
            other.block,
            self.in_resources or other.in_resources,
        )


class AttributeBlocks:
    """The blocks of one store; its only writer adds to them, inside its transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._number: int | None = None
        self._spans = 0
        self._pairs: set[int] = set()

    def add(self, spans: pa.Table) -> None:
        """Count spans into the block that is open, and into as many new ones as they fill."""
        # Equal pieces mostly end where requests do, whose spans share their resource.
        size = ceil(spans.num_rows / max(1, ceil(spans.num_rows / _SPANS_OF_BLOCK)))
        pairs = []
        for at in range(0, spans.num_rows, max(1, size)):
            count = min(size, spans.num_rows - at)
            number = self._open(count)
            piece = spans.slice(at, count)
            new = _pairs(piece) - self._pairs
            self._pairs |= new
            self._spans += count
            if new:
                numbers = pa.array([number] * len(new), pa.uint32())
                pairs.append(pa.table({"Hash": pa.array(new, pa.uint32()), "Block": numbers}))
            times = pc.min_max(piece.column("Timestamp").cast(pa.int64()))
            first, last = times["min"].as_py(), times["max"].as_py()
            self._connection.execute(statements("blocks.sql")["times"], [number, first, last])
        if pairs:
            self._insert(pa.concat_tables(pairs))

    def forget(self) -> None:
        """Begin a new block at the next span, after a transaction that failed."""
        self._number = None

    def _open(self, count: int) -> int:
        """Return the number of a block that has room for so many spans."""
        if self._number is not None and self._spans + count <= _SPANS_OF_BLOCK:
            return self._number
        if self._number is None:
            found = self._connection.execute(statements("blocks.sql")["last"]).fetchone()
            self._number = 0 if found is None else int(found[0])
        self._number += 1
        self._spans = 0
        self._pairs = set()
        return self._number

    def _insert(self, pairs: pa.Table) -> None:
        self._connection.register("batch", pairs)
        try:
            self._connection.execute(statements("blocks.sql")["pairs"])
        finally:
            self._connection.unregister("batch")


def stretches(
    connection: Connection, pairs: Iterable[tuple[str, str]], within: Stretch
) -> list[Stretch]:
    """Return the stretches in which spans with all these attributes may be, the latest first."""
    whole = {crc32(_text(key, value)) for key, value in pairs}
    hashes = {one & _HASH for one in whole}
    listed, values = numbered("hash", hashes, kind="UINTEGER")
    sql = statements("blocks.sql")["stretches"].replace("{hashes}", listed)
    values |= {"count": len(hashes), "first": within.first, "last": within.last, "mask": _HASH}
    # Of version 2 such a number looks as if it were of spans only.
    values["unclear"] = not whole.isdisjoint(hashes)
    return [Stretch(*row) for row in connection.execute(sql, values).fetchall()]


def portions(found: Sequence[Stretch]) -> Iterator[tuple[Sequence[Stretch], int | None]]:
    """Yield times to read in one statement, each with the end of what is left after it.

    Neighbours are read as one time, because a time of its own costs as much as reading through a
    block or two; at first there are fewer of them, because the latest are wanted.
    """
    at, most = 0, _FIRST_STRETCHES
    while at < len(found):
        held = [found[at]]
        end = at + 1
        while end < min(len(found), at + most):
            if abs(held[-1].block - found[end].block) <= _NEAR:
                held[-1] = held[-1].with_other(found[end])
            elif len(held) < _MOST_READS:
                held.append(found[end])
            else:
                break
            end += 1
        yield held, found[end].last if end < len(found) else None
        at, most = end, most * 2


def _pairs(spans: pa.Table) -> set[int]:
    of_spans, of_resources = (
        {crc32(text) & _HASH for text in _distinct(spans, name) if text is not None}
        for name in ("SpanAttributes", "ResourceAttributes")
    )
    return of_spans | {number | _OF_RESOURCE for number in of_resources}


def _distinct(spans: pa.Table, name: str) -> Sequence[bytes | None]:
    """Return the pairs of a column of maps, each once."""
    # The stubs know less than there is.
    join = cast("Callable[[Array, Array, str], Array]", pc.binary_join_element_wise)
    texts: list[Array] = []
    for chunk in chunks_of(spans, name):
        keys, items = entries(chunk)
        size = single(chunk) or len(keys)
        texts.append(join(keys.slice(0, size), items.slice(0, size), _BETWEEN))
    distinct = pc.unique(pa.chunked_array(texts, pa.string()))
    return cast("Sequence[bytes | None]", distinct.cast(pa.binary()).to_pylist())


def _text(key: str, value: str) -> bytes:
    return f"{key}{_BETWEEN}{value}".encode("utf-8", "surrogatepass")
