"""What a stage hands to the next one, kept on disk until its run is over."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol, runtime_checkable

import pyarrow as pa
import pyarrow.parquet as pq

from headwater.errors import Missing, Unprocessable

_ROWS: Final = "records"
_TABLE: Final = "table"


@runtime_checkable
class _ArrowTable(Protocol):
    """A table of any library that speaks Arrow's interface: pyarrow, polars, new pandas."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What was kept: how many rows, and their columns as (name, type)."""

    path: Path
    rows: int
    columns: tuple[tuple[str, str], ...]


class StageFiles:
    """A folder for each run, in it a Parquet file for each stage that returned records."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, run_id: str, stage: str, value: object) -> Kept | None:
        """Write what a stage returned, durable on return; None if it returned nothing."""
        if value is None:
            return None
        table, form = _as_table(value, stage)
        folder = self._folder / run_id
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{stage}.parquet"
        marked = table.replace_schema_metadata({"headwater.form": form})
        partial = path.with_suffix(".partial")
        pq.write_table(marked, partial)
        _sync(partial)
        partial.replace(path)
        _sync(folder)
        _sync(self._folder)
        columns = tuple((field.name, str(field.type)) for field in table.schema)
        return Kept(path=path, rows=table.num_rows, columns=columns)

    def begin(self, run_id: str) -> None:
        """Make the folder of a run, which stands as long as something is left to do for it."""
        (self._folder / run_id).mkdir(parents=True, exist_ok=True)

    def runs(self) -> list[tuple[str, float]]:
        """Return the runs that have a folder, each with when it was last changed."""
        if not self._folder.exists():
            return []
        return [(one.name, one.stat().st_mtime) for one in self._folder.iterdir() if one.is_dir()]

    def load(self, run_id: str, stage: str) -> object:
        """Return what a stage returned: mappings if it returned such, else a pyarrow table."""
        path = self._folder / run_id / f"{stage}.parquet"
        if not path.exists():
            raise Missing(
                f"what the stage {stage!r} handed on is gone: {path}", hint="start the run again"
            )
        table = pq.read_table(path)
        metadata = table.schema.metadata or {}
        if metadata.get(b"headwater.form") == _ROWS.encode():
            return table.to_pylist()
        return table

    def remove(self, run_id: str) -> None:
        """Forget what the stages of a run handed on."""
        shutil.rmtree(self._folder / run_id, ignore_errors=True)


def _as_table(value: object, stage: str) -> tuple[pa.Table, str]:
    if isinstance(value, _ArrowTable):
        return pa.table(value), _TABLE
    if isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping):
        records = list(value)
        if all(isinstance(record, Mapping) for record in records):
            return _from_records([dict(record) for record in records]), _ROWS
    raise Unprocessable(
        f"the stage {stage!r} returned {type(value).__name__}, not records",
        hint="return an iterable of mappings, or a table of pyarrow, polars or pandas",
    )


def _from_records(records: list[dict[str, object]]) -> pa.Table:
    """Infer the columns of records; of a column with values of several types, text is made."""
    names = list(dict.fromkeys(name for record in records for name in record))
    columns = {str(name): _column([record.get(name) for record in records]) for name in names}
    return pa.table(columns)


def _column(values: list[object]) -> pa.Array[Any]:
    make: Callable[[list[object]], pa.Array[Any]] = pa.array  # its stubs take no mixed list
    try:
        column = make(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError):
        column = None
    if column is None or "struct<>" in str(column.type):  # Parquet has no struct without fields
        return make([None if value is None else _text(value) for value in values])
    return column


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
