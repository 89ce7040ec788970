"""Data files of a table: Parquet with field ids, one file per partition day."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headwater.errors import Unprocessable
from headwater.lake.file_io import make_folder, storage_errors, sync_file, sync_upwards

ROWS_PER_FILE: Final = 4_000_000
_ROWS_PER_GROUP: Final = 131_072
_THREADS: Final = 4
_DAY_MICROSECONDS: Final = 86_400_000_000
_EPOCH: Final = date(1970, 1, 1)


def write_parquet(
    table: pa.Table, schema: pa.Schema, location: Path, *, day_of: str | None
) -> tuple[str, ...]:
    """Write rows as data files under a table's location and return their paths, by day.

    `schema` is what `Commits.arrow_schema` returns: columns are cast to it, those that the rows
    lack are NULL. Rows keep their order within a file. On return files and folders are on disk;
    no name is ever used twice, so files of a run that died are orphans and nothing else.
    Raises `Unprocessable` for values that the schema cannot hold.
    """
    rows = cast(table, schema)
    token = uuid.uuid4().hex
    written: list[Path] = []
    with storage_errors(location), ThreadPoolExecutor(_THREADS) as pool:
        make_folder(location)
        pending = []
        for folder, part in _parts(rows, day_of):
            path = location / "data" / folder / f"{token}-{len(written):05}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)  # its name is synced below, once
            pending.append(pool.submit(_write, path, part))
            written.append(path)
        for one in pending:
            one.result()
        sync_upwards(written, location)
    return tuple(str(path) for path in written)


def cast(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return the rows in exactly that schema; a column that is not in it is refused."""
    unknown = sorted(set(table.column_names) - set(schema.names))
    if unknown:
        raise Unprocessable(f"the table has no column {unknown[0]!r}")
    columns = [_column(table, field) for field in schema]
    return pa.Table.from_arrays(columns, schema=schema)


def _column(table: pa.Table, field: Any) -> Any:
    if field.name not in table.column_names:
        column = pa.chunked_array([pa.nulls(table.num_rows, field.type)])
    else:
        column = table.column(field.name)
    if column.type != field.type:
        try:
            column = column.cast(field.type)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise Unprocessable(f"column {field.name!r} cannot be {field.type}: {error}") from error
    if column.null_count and not field.nullable:
        raise Unprocessable(f"column {field.name!r} is NULL in {column.null_count} rows")
    return column


def _parts(rows: pa.Table, day_of: str | None) -> Iterator[tuple[str, pa.Table]]:
    if day_of is None:
        yield from _files("", rows)
        return
    rows = rows.combine_chunks()  # taking rows out of many chunks is slow
    midnights = pc.floor_temporal(rows.column(day_of), unit="day").cast(pa.int64())
    days = pc.divide(midnights, _DAY_MICROSECONDS)
    counts = pc.value_counts(days)
    found = sorted((entry["values"].as_py(), entry["counts"].as_py()) for entry in counts)
    order = None if len(found) < 2 else pc.sort_indices(days)
    start = 0
    for day, count in found:
        folder = f"{day_of}_day={_EPOCH + timedelta(days=day)}"
        part = rows if order is None else rows.take(order.slice(start, count))
        yield from _files(folder, part)
        start += count


def _files(folder: str, rows: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    for start in range(0, rows.num_rows, ROWS_PER_FILE):
        yield folder, rows.slice(start, ROWS_PER_FILE)


def _write(path: Path, rows: pa.Table) -> None:
    pq.write_table(rows, path, compression="zstd", row_group_size=_ROWS_PER_GROUP)
    sync_file(path)
