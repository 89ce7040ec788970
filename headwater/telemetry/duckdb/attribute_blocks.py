"""In which stretches of time an attribute has a value, so that a search need not read all maps.

Spans are counted into blocks of a few thousand in order of arrival. For each block there is a
number of 32 bits for every pair of key and value in it: a pair that is rare leads to few blocks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, cast
from zlib import crc32

import pyarrow as pa
import pyarrow.compute as pc

from headwater.duck import Connection
from headwater.telemetry.duckdb.derived import chunks_of, single
from headwater.telemetry.duckdb.statements import numbered, statements
from headwater.wire.otlp.columns import Array

_SPANS_OF_BLOCK: Final = 4_096
_NEAR: Final = 3
_BETWEEN: Final = "\x1f"
_MAPS: Final = ("SpanAttributes", "ResourceAttributes")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which such spans may be; nanoseconds, both ends included.

    `block` is the number of the block that they are in.
    """

    first: int
    last: int
    block: int = 0


class AttributeBlocks:
    """The blocks of one store; its only writer adds to them, inside its transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._number: int | None = None
        self._spans = 0
        self._pairs: set[int] = set()

    def add(self, spans: pa.Table) -> None:
        """Count spans into the block that is open, or into a new one."""
        if self._number is None or self._spans >= _SPANS_OF_BLOCK:
            self._begin()
        new = _pairs(spans) - self._pairs
        self._pairs |= new
        self._spans += spans.num_rows
        if new:
            self._add_pairs(pa.table({"Hash": pa.array(new, pa.uint32())}))
        times = pc.min_max(spans.column("Timestamp").cast(pa.int64()))
        first, last = times["min"].as_py(), times["max"].as_py()
        self._connection.execute(statements("blocks.sql")["times"], [self._number, first, last])

    def forget(self) -> None:
        """Begin a new block at the next span, after a transaction that failed."""
        self._number = None

    def _begin(self) -> None:
        found = self._connection.execute(statements("blocks.sql")["last"]).fetchone()
        self._number = 1 if found is None else int(found[0]) + 1
        self._spans = 0
        self._pairs = set()

    def _add_pairs(self, rows: pa.Table) -> None:
        self._connection.register("batch", rows)
        try:
            self._connection.execute(statements("blocks.sql")["pairs"], [self._number])
        finally:
            self._connection.unregister("batch")


def stretches(
    connection: Connection, pairs: Iterable[tuple[str, str]], within: Stretch
) -> list[Stretch]:
    """Return the stretches in which spans with all these attributes may be, the latest first."""
    hashes = [_hash(key, value) for key, value in pairs]
    listed, values = numbered("hash", hashes)
    sql = statements("blocks.sql")["stretches"].replace("{hashes}", listed)
    values |= {"count": len(set(hashes)), "first": within.first, "last": within.last}
    return [Stretch(*row) for row in connection.execute(sql, values).fetchall()]


def portions(found: Sequence[Stretch]) -> Iterator[tuple[Stretch, int | None]]:
    """Yield times to read, each with the end of what is left after it.

    Every question costs as much as reading through a few blocks, so that neighbours are read
    together; at first fewer of them, because the latest are wanted.
    """
    at, most = 0, 1
    while at < len(found):
        end = at + 1
        while end < min(len(found), at + most) and found[end - 1].block - found[end].block <= _NEAR:
            end += 1
        held = found[at:end]
        together = Stretch(min(one.first for one in held), max(one.last for one in held))
        yield together, found[end].last if end < len(found) else None
        at, most = end, most * 2


def _pairs(spans: pa.Table) -> set[int]:
    # The stubs know less than there is.
    join = cast("Callable[[Array, Array, str], Array]", pc.binary_join_element_wise)
    texts: list[Array] = []
    for chunk in (chunk for name in _MAPS for chunk in chunks_of(spans, name)):
        size = single(chunk) or len(chunk.keys)
        texts.append(join(chunk.keys.slice(0, size), chunk.items.slice(0, size), _BETWEEN))
    distinct = pc.unique(pa.chunked_array(texts, pa.string())).to_pylist()
    return {crc32(text.encode()) for text in distinct if text is not None}


def _hash(key: str, value: str) -> int:
    return crc32(f"{key}{_BETWEEN}{value}".encode("utf-8", "surrogatepass"))
