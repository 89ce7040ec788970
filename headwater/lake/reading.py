"""A table as SQL that DuckDB runs: the files of a snapshot, their columns mapped by field id."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from headwater.errors import Unsupported
from headwater.lake.file_io import local_path
from headwater.lake.metadata import snapshot_at
from headwater.model.names import Zone
from headwater.model.table import DataFile, TableField

if TYPE_CHECKING:  # it takes half a second to import, and only `scan_sql` needs it
    from headwater.lake.iceberg import IcebergCommits

_PATTERN: Final = re.compile(r"[*?\[]")
_TYPES: Final = {
    "boolean": "BOOLEAN",
    "int": "INTEGER",
    "long": "BIGINT",
    "float": "FLOAT",
    "double": "DOUBLE",
    "string": "VARCHAR",
    "json": "VARCHAR",
    "date": "DATE",
    "timestamp": "TIMESTAMP WITH TIME ZONE",
    "metrics": 'MAP(VARCHAR, STRUCT("sum" DOUBLE, average DOUBLE, "min" DOUBLE, '
    '"max" DOUBLE, "count" BIGINT))',
    "shares": "MAP(VARCHAR, DOUBLE)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """A range of days, both ends included; None leaves an end open."""

    first: date | None = None
    last: date | None = None

    def __contains__(self, day: object) -> bool:
        if not isinstance(day, date):
            return True
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableScan:
    """What answers a question about a table: a SELECT over its files, and what it reads.

    `snapshot_id` is None for a table that nobody committed to yet.
    """

    sql: str
    files: tuple[DataFile, ...]
    snapshot_id: int | None
    fields: tuple[TableField, ...]


def scan_sql(
    commits: IcebergCommits,
    zone: Zone,
    name: str,
    *,
    snapshot_id: int | None = None,
    at: datetime | None = None,
    days: Days | None = None,
) -> TableScan:
    """Return the scan of a snapshot: by id, or the last at or before a time, or the current.

    A past snapshot has the columns of its time. `days` leaves out files of other partition
    days. Raises `Missing` when there is no such table or snapshot.
    """
    table = commits.tables.get(zone, name)
    fields = table.fields
    chosen = table.current_snapshot_id
    if snapshot_id is not None or at is not None:
        chosen = snapshot_id if at is None else snapshot_at(table, at).id
        assert chosen is not None
        fields = commits.tables.fields(zone, name, chosen)
    files = () if chosen is None else commits.files(zone, name, chosen)
    if days is not None:
        files = tuple(file for file in files if _has_day(file, days))
    sql = select_sql(fields, (file.path for file in files))
    return TableScan(sql=sql, files=files, snapshot_id=chosen, fields=fields)


def select_sql(fields: Iterable[TableField], paths: Iterable[str]) -> str:
    """Return a SELECT of the fields from Parquet files; without files it has no rows."""
    columns = [(field, _duck_type(field)) for field in fields]
    files = ", ".join(_text(_literal_path(path)) for path in paths)
    if not files:
        nulls = ", ".join(f"CAST(NULL AS {kind}) AS {_name(f.name)}" for f, kind in columns)
        return f"SELECT {nulls} WHERE false"
    mapping = ", ".join(
        f"{field.id}: {{name: {_text(field.name)}, type: {_text(kind)}, default_value: NULL}}"
        for field, kind in columns
    )
    names = ", ".join(_name(field.name) for field, _ in columns)
    return (
        f"SELECT {names} FROM read_parquet([{files}], hive_partitioning = false, "
        f"schema = MAP {{{mapping}}})"
    )


def _literal_path(path: str) -> str:
    """Keep DuckDB from taking a path for a pattern."""
    return _PATTERN.sub(r"[\g<0>]", str(local_path(path)))


def _duck_type(field: TableField) -> str:
    try:
        return _TYPES[field.type]
    except KeyError:
        raise Unsupported(
            f"column {field.name!r} has type {field.type}, which SQL cannot read here",
            hint="another engine added it; drop the column or read the table with that engine",
        ) from None


def _has_day(file: DataFile, days: Days) -> bool:
    return all(value in days for value in file.partition.values())


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
