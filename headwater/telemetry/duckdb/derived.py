"""The columns of ours beside those of the exporter: looked up in the attributes of a batch.

In SQL each look-up goes through the maps of all rows once more; here it is one pass over the keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Final, Protocol, cast

import pyarrow as pa
import pyarrow.compute as pc

from headwater.telemetry.rows import RUN_KEYS
from headwater.wire.otlp.columns import Array

_RUN_KEY: Final = "openlineage.run_id"
_RESOURCE: Final = "ResourceAttributes"
_STAGE: Final = "pipeline.stage"
_READ: Final = "headwater.records.read"
_WRITTEN: Final = "headwater.records.written"
_OF_SPANS: Final = (*sorted(RUN_KEYS), _STAGE, _READ, _WRITTEN)
_MOST: Final = 2**64


class Maps(Protocol):
    """A column of maps: `offsets` says where the entries of each row begin."""

    keys: Array
    items: Array
    offsets: Array

    def __len__(self) -> int:
        """Return how many rows there are."""
        ...


def chunks_of(table: pa.Table, name: str) -> list[Maps]:
    """Return the pieces of a column of maps."""
    return cast("list[Maps]", table.column(name).chunks)


def entries(maps: Maps) -> tuple[Array, Array]:
    """Return the keys of all rows and their values; those of a slice are only its own."""
    begin = maps.offsets[0].as_py()
    count = maps.offsets[len(maps)].as_py() - begin
    return maps.keys.slice(begin, count), maps.items.slice(begin, count)


def single(maps: Maps) -> int:
    """Return how many entries the first row has if all rows are equal, else 0."""
    if not len(maps):
        return 0
    size, (keys, items) = maps.offsets[1].as_py() - maps.offsets[0].as_py(), entries(maps)
    if not size or size * len(maps) != len(keys):
        return 0
    is_same = all(
        column.slice(size).equals(column.slice(0, len(column) - size)) for column in (keys, items)
    )
    return size if is_same else 0


def with_runs(batch: pa.Table, attributes: str) -> pa.Table:
    """Return the batch with the run that each row names, or its resource."""
    found = [_lookup(chunk, tuple(sorted(RUN_KEYS))) for chunk in chunks_of(batch, attributes)]
    return batch.append_column("RunId", pa.array(_runs(batch, found), pa.string()))


def with_derived(spans: pa.Table) -> pa.Table:
    """Return the spans with all columns of ours."""
    found = [_lookup(chunk, _OF_SPANS) for chunk in chunks_of(spans, "SpanAttributes")]
    rows = list(chain.from_iterable(found))
    read, written = ([_count(row.get(key)) for row in rows] for key in (_READ, _WRITTEN))
    stages = [row.get(_STAGE, "") for row in rows]
    return (
        spans.append_column("RunId", pa.array(_runs(spans, found), pa.string()))
        .append_column("Stage", pa.array(stages, pa.string()))
        .append_column("RecordsRead", pa.array(read, pa.uint64()))
        .append_column("RecordsWritten", pa.array(written, pa.uint64()))
    )


def with_resources_once(batch: pa.Table) -> pa.Table:
    """Return the batch with a resource that all rows of a request share held once for them.

    DuckDB then unpacks one map for each request instead of one for each row.
    """
    pieces = [
        pa.DictionaryArray.from_arrays(
            pa.array([0] * len(chunk) if single(maps) else range(len(chunk)), pa.int32()),
            chunk.slice(0, 1) if single(maps) else chunk,
        )
        for maps, chunk in zip(
            chunks_of(batch, _RESOURCE), batch.column(_RESOURCE).chunks, strict=True
        )
    ]
    place = batch.column_names.index(_RESOURCE)
    return batch.set_column(place, _RESOURCE, pa.chunked_array(pieces))


def run_traces(spans: pa.Table) -> pa.Table:
    """Return which runs the spans, with their derived columns, name in which traces."""
    named = zip(spans.column("RunId").to_pylist(), spans.column("TraceId").to_pylist(), strict=True)
    pairs = sorted({(run, trace) for run, trace in named if run and trace})
    return pa.table(
        {
            "RunId": pa.array([run for run, _ in pairs], pa.string()),
            "TraceId": pa.array([trace for _, trace in pairs], pa.string()),
            "Source": pa.array(["attribute"] * len(pairs), pa.string()),
        }
    )


def _runs(batch: pa.Table, found: list[list[dict[str, str]]]) -> list[str]:
    """Return the run of each row: as its attributes say, else as its resource does."""
    of_resources = chain.from_iterable(map(_of_resource, chunks_of(batch, _RESOURCE)))
    rows = chain.from_iterable(found)
    return [
        row.get(_RUN_KEY)
        or row.get("openlineage.run.id")
        or row.get("pipeline.run_id")
        or of_resource
        for row, of_resource in zip(rows, of_resources, strict=True)
    ]


def _of_resource(maps: Maps) -> Iterator[str]:
    size = single(maps)
    if size:
        first = dict(zip(_texts(maps.keys, size), _texts(maps.items, size), strict=True))
        return iter([first.get(_RUN_KEY, "")] * len(maps))
    return (row.get(_RUN_KEY, "") for row in _lookup(maps, (_RUN_KEY,)))


def _texts(column: Array, size: int) -> list[str]:
    return cast("list[str]", column.slice(0, size).to_pylist())


def _lookup(maps: Maps, wanted: tuple[str, ...]) -> list[dict[str, str]]:
    """Return for each row those of the wanted attributes that it has."""
    rows: list[dict[str, str]] = [{} for _ in range(len(maps))]
    places = pc.indices_nonzero(pc.is_in(maps.keys, pa.array(wanted, pa.string())))
    if not len(places):
        return rows
    # The stubs know less than there is.
    as_lists = cast("Callable[[Array, Array], Array]", pa.ListArray.from_arrays)
    parents = cast("Array", pc.list_parent_indices(as_lists(maps.offsets, maps.keys)))
    for row, key, value in zip(
        parents.take(places).to_pylist(),
        maps.keys.take(places).to_pylist(),
        maps.items.take(places).to_pylist(),
        strict=True,
    ):
        rows[cast("int", row)][cast("str", key)] = cast("str", value)
    return rows


def _count(text: str | None) -> int | None:
    """Return a count that the column holds."""
    if text is None or not text.isdecimal() or not text.isascii():
        return None
    count = int(text)
    return count if count < _MOST else None
