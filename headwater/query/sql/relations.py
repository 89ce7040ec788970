"""The tables of the SQL session: views over the lake, made for one statement at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from headwater.errors import Missing, Unprocessable
from headwater.lake.iceberg import IcebergCommits
from headwater.lake.lake_database import close_lake_database, open_lake_database
from headwater.lake.manifest import SqlManifest
from headwater.lake.quarantine import SqlQuarantine
from headwater.lake.reading import TableScan, scan_sql
from headwater.lake.sources import UNKNOWN_SOURCE, quarantined_sources
from headwater.model.columns import ENVELOPE
from headwater.model.names import ZONES, split_table_name
from headwater.query.sql.statement import PROCESSED_DATA, Statement

_MAX_RAW_RECORD_BYTES: Final = 64 * 1024 * 1024
_SMALLEST_BUFFER: Final = 64 * 1024
_QUARANTINE_PAGE: Final = 1_000
_ENVELOPE: Final = frozenset(name for name, _ in ENVELOPE)
_QUARANTINE_SCHEMA: Final = pa.schema(
    [  # type: ignore[arg-type]  # its stubs want one invariant list type
        ("key", pa.string()),
        ("source", pa.string()),
        ("stage", pa.string()),
        ("received_at", pa.timestamp("us", tz="UTC")),
        ("path", pa.string()),
        ("reason", pa.string()),
        ("data", pa.string()),
        ("replayed_at", pa.timestamp("us", tz="UTC")),
    ]
)


@dataclass(slots=True)
class Scan:
    """What a statement reads: the version of each table, and at most how many bytes."""

    versions: dict[str, str] = field(default_factory=dict)
    size_bytes: int = 0


@dataclass(frozen=True, slots=True)
class AsOf:
    """A point of the past: a time, or a snapshot of one table and the time it was made."""

    time: datetime
    snapshot_id: int | None = None


class Relations:
    """Makes views for the tables that a statement names, and no others."""

    def __init__(self, lake_folder: Path) -> None:
        self._folder = lake_folder
        with ExitStack() as stack:
            self._commits = IcebergCommits(lake_folder)
            stack.callback(self._commits.close)
            engine = open_lake_database(lake_folder / "lake.db")
            stack.callback(close_lake_database, engine)
            self._manifest = SqlManifest(engine)
            self._quarantine = SqlQuarantine(engine)
            self._engine = engine
            self._close = stack.pop_all()

    def close(self) -> None:
        """Let go of the lake."""
        self._close.close()

    def folders(self) -> list[Path]:
        """Return the folders that hold data files, and nothing else."""
        return [self._folder / zone for zone in ("raw", "processed", "curated")]

    def define(self, connection: Any, statement: Statement, as_of: str | None) -> Scan:
        """Define what the statement names; raises `Missing` with the nearest names."""
        scan = Scan()
        for schema in ZONES:
            connection.execute(f"CREATE SCHEMA {schema}")
        if not statement.tables:
            return scan
        point = None if as_of is None else self._as_of(as_of)
        for table in statement.tables:
            self._define(connection, table, statement, point=point, scan=scan)
        return scan

    def _as_of(self, given: str) -> AsOf:
        if given.isascii() and given.isdecimal():
            for table in self._commits.tables.find():
                for snapshot in table.snapshots:
                    if snapshot.id == int(given):
                        return AsOf(snapshot.committed_at, snapshot.id)
            raise Missing(
                f"no table has a snapshot {given}",
                hint="headwater tables TABLE --snapshots lists them",
            )
        try:
            time = datetime.fromisoformat(given)
        except ValueError as error:
            raise Unprocessable(
                f"as_of is {given[:100]!r}, neither a time nor a snapshot id",
                path="/as_of",
                hint="write a time as 2026-11-21T10:00:00Z",
            ) from error
        return AsOf(time.replace(tzinfo=UTC) if time.tzinfo is None else time)

    def _define(
        self,
        connection: Any,
        table: str,
        statement: Statement,
        *,
        point: AsOf | None,
        scan: Scan,
    ) -> None:
        zone, name = split_table_name(table)
        if zone == "" and name == PROCESSED_DATA:
            self._define_processed_data(connection, statement, point, scan)
        elif zone == "raw" and name in self._manifest.sources():
            self._define_raw(connection, name, point, scan)
        elif zone == "quarantine" and name in quarantined_sources(self._engine):
            self._define_quarantine(connection, name, point, scan)
        elif zone in ("processed", "curated") and f"{zone}.{name}" in self._names():
            found = self._scan(zone, name, point)
            connection.execute(f"CREATE VIEW {zone}.{_quoted(name)} AS {found.sql}")
            _add(scan, table, found, statement.columns_of(table))
        else:
            raise self._missing(table)

    def _scan(self, zone: Any, name: str, point: AsOf | None) -> TableScan:
        if point is None:
            return scan_sql(self._commits, zone, name)
        if point.snapshot_id is not None:
            ids = {one.id for one in self._commits.tables.get(zone, name).snapshots}
            if point.snapshot_id in ids:
                return scan_sql(self._commits, zone, name, snapshot_id=point.snapshot_id)
        return scan_sql(self._commits, zone, name, at=point.time)

    def _define_processed_data(
        self, connection: Any, statement: Statement, point: AsOf | None, scan: Scan
    ) -> None:
        columns = ", ".join(name for name, _ in ENVELOPE)
        parts = []
        tables = self._commits.tables.find("processed")
        scan.versions[PROCESSED_DATA] = str(len(tables))
        for table in tables:
            try:
                found = self._scan("processed", table.name, point)
            except Missing:
                continue  # the table is younger than `as_of`
            parts.append(f"SELECT {columns} FROM ({found.sql})")
            used = statement.columns_of(PROCESSED_DATA)
            _add(scan, table.qualified_name, found, _ENVELOPE if used is None else used & _ENVELOPE)
        if not parts:
            raise Missing(
                "processed_data is empty: no table of the processed zone exists",
                hint="run the job first: headwater run refresh",
            )
        connection.execute(f"CREATE VIEW {PROCESSED_DATA} AS {' UNION ALL '.join(parts)}")

    def _define_raw(self, connection: Any, source: str, point: AsOf | None, scan: Scan) -> None:
        segments = self._manifest.find(source=source)
        files = ", ".join(_text(str(self._folder / segment.path)) for segment in segments)
        # DuckDB takes buffers of this size, so it is no larger than a record can be.
        largest = min(max(s.size_bytes for s in segments), _MAX_RAW_RECORD_BYTES)
        until = "" if point is None else f" WHERE received_at <= '{point.time.isoformat()}'"
        connection.execute(
            f'CREATE VIEW raw."{source}" AS SELECT * FROM read_json([{files}], '
            "format = 'newline_delimited', hive_partitioning = false, "
            f"maximum_object_size = {max(largest, _SMALLEST_BUFFER)}, columns = {{id: 'VARCHAR', "
            "source: 'VARCHAR', received_at: 'TIMESTAMP WITH TIME ZONE', data: 'JSON'})" + until
        )
        scan.versions[f"raw.{source}"] = str(segments[-1].sequence)
        scan.size_bytes += sum(segment.size_bytes for segment in segments)

    def _define_quarantine(
        self, connection: Any, source: str, point: AsOf | None, scan: Scan
    ) -> None:
        until = None if point is None else point.time
        rows = pa.Table.from_pylist(
            [
                {
                    "key": record.key,
                    "source": record.source,
                    "stage": record.stage,
                    "received_at": record.received_at,
                    "path": record.path,
                    "reason": record.reason,
                    "data": record.data.decode(errors="replace"),
                    "replayed_at": record.replayed_at,
                }
                for record in self._quarantined("" if source == UNKNOWN_SOURCE else source)
                if until is None or record.received_at <= until
            ],
            schema=_QUARANTINE_SCHEMA,
        )
        connection.register("quarantined_rows", rows)
        connection.execute(f'CREATE TABLE quarantine."{source}" AS SELECT * FROM quarantined_rows')
        connection.unregister("quarantined_rows")
        scan.versions[f"quarantine.{source}"] = ""
        scan.size_bytes += rows.nbytes

    def _quarantined(self, source: str) -> Iterator[Any]:
        after = ""
        while True:
            page = self._quarantine.find(source=source, after=after, limit=_QUARANTINE_PAGE)
            yield from page
            if len(page) < _QUARANTINE_PAGE:
                return
            after = page[-1].key

    def _names(self) -> set[str]:
        return {table.qualified_name for table in self._commits.tables.find()}

    def _missing(self, table: str) -> Missing:
        known = sorted(
            {
                *self._names(),
                *(f"raw.{source}" for source in self._manifest.sources()),
                *(f"quarantine.{source}" for source in quarantined_sources(self._engine)),
                *(() if "." in table else (PROCESSED_DATA,)),
            }
        )
        own = table.rpartition(".")[2]
        near = [name for name in known if name.endswith(f".{own}")]
        near = near or get_close_matches(table, known, n=3)
        hint = f"did you mean {', '.join(near)}?" if near else "headwater tables lists them"
        return Missing(f"there is no table {table!r}", hint=hint)


def _add(scan: Scan, name: str, found: TableScan, columns: frozenset[str] | None) -> None:
    """Count the columns that may be read, in all files that may be; None is every column."""
    ids = {one.id for one in found.fields if columns is None or one.name.lower() in columns}
    scan.versions[name] = "" if found.snapshot_id is None else str(found.snapshot_id)
    for file in found.files:
        sizes = file.column_sizes
        scan.size_bytes += (
            sum(size for id_, size in sizes.items() if id_ in ids) if sizes else file.size_bytes
        )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
