"""Tables in Apache Iceberg, format version 2: every change is one snapshot or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from pyiceberg.exceptions import (
    CommitFailedException,
    NoSuchTableError,
    TableAlreadyExistsError,
)
from pyiceberg.partitioning import UNPARTITIONED_PARTITION_SPEC, PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table import Table as IcebergTable
from pyiceberg.table.snapshots import Snapshot as IcebergSnapshot
from pyiceberg.transforms import DayTransform

from headwater.database import translated
from headwater.errors import Conflict, Missing, Unavailable
from headwater.lake.contract import BOOKMARK, RUN_ID, Change, Commits, TableDeclaration
from headwater.lake.file_io import local_path, storage_errors
from headwater.lake.iceberg_catalog import open_catalog
from headwater.lake.iceberg_data_files import Footers, data_files
from headwater.lake.iceberg_snapshot import NewSnapshot, expire, read_live, referenced
from headwater.lake.iceberg_types import (
    added_type,
    arrow_schema,
    changes,
    check,
    column_types,
    json_property,
    new_schema,
    partition_name,
)
from headwater.lake.metadata import JSON_COLUMNS, MetadataTables
from headwater.model.names import Zone, table_name
from headwater.model.table import DataFile, Snapshot, Table

_ATTEMPTS: Final = 5
_MOST_LISTED: Final = 64
"""Snapshots of which the files stay in memory: a snapshot never changes."""

_PROPERTIES: Final = {
    "format-version": "2",
    "write.parquet.compression-codec": "zstd",
    "write.delete.mode": "copy-on-write",
    "write.update.mode": "copy-on-write",
    "write.merge.mode": "copy-on-write",
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "20",
}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class IcebergCommits(Commits):
    """Writes Iceberg tables under a lake's folder; the catalogue is `catalog.db` beside them.

    Data files are Parquet with field ids, written by the caller under the table's location. A
    commit makes them durable before it names them. Use by one thread at a time. `tables` are
    the same tables as readers see them.
    """

    def __init__(self, lake_folder: Path) -> None:
        self._folder = lake_folder.resolve()
        self._path = self._folder / "catalog.db"
        self.tables = MetadataTables(self._folder)
        self._listed: dict[int, tuple[DataFile, ...]] = {}
        with self._errors():
            self._catalog = open_catalog(self._folder)

    def close(self) -> None:
        """Close the catalogue."""
        self._catalog.engine.dispose()

    def ensure(self, declaration: TableDeclaration) -> Table:
        check(declaration)
        with self._errors():
            for _ in range(_ATTEMPTS):
                try:
                    self._ensure(declaration)
                    break
                except (CommitFailedException, TableAlreadyExistsError):
                    continue
            else:
                raise _contended(declaration.zone, declaration.name)
        return self.tables.get(declaration.zone, declaration.name)

    def files(self, zone: Zone, name: str, snapshot_id: int | None = None) -> tuple[DataFile, ...]:
        with self._errors():
            table = self._load(zone, name)
            snapshot = _snapshot_of(table, snapshot_id, table_name(zone, name))
            if snapshot is None:
                return ()
            known = self._listed.pop(snapshot.snapshot_id, None)
            if known is None:
                found = data_files(read_live(table, snapshot).files(), table.metadata)
                known = tuple(sorted(found, key=lambda file: file.path))
            self._listed[snapshot.snapshot_id] = known  # the latest asked for is the last to go
            if len(self._listed) > _MOST_LISTED:
                del self._listed[next(iter(self._listed))]
            return known

    def arrow_schema(self, zone: Zone, name: str) -> Any:
        with self._errors():
            return arrow_schema(self._load(zone, name).schema())

    def commit(self, zone: Zone, name: str, change: Change) -> Snapshot:
        """Make one snapshot out of `change`; it is an append when nothing is removed.

        Raises `Conflict` when a file to remove is not in the table any more, or one to add
        already is; nothing is changed then.
        """
        with self._errors():
            for _ in range(_ATTEMPTS):
                table = self._load(zone, name)
                done = _made_by(table, change.summary.get(RUN_ID))
                if done is not None:
                    return to_snapshot(done)
                try:
                    return to_snapshot(_commit(table, table_name(zone, name), change))
                except CommitFailedException:
                    continue
        raise _contended(zone, name)

    def expire(self, zone: Zone, name: str, snapshot_ids: Iterable[int]) -> tuple[int, ...]:
        """Forget snapshots and return those that were there; the current one always stays."""
        with self._errors():
            return expire(self._load(zone, name), snapshot_ids)

    def referenced(self, zone: Zone, name: str) -> frozenset[Path]:
        """Return every file, data and metadata, that the table or a snapshot of it needs."""
        with self._errors():
            locations = referenced(self._load(zone, name))
            return frozenset(local_path(location).resolve() for location in locations)

    def _ensure(self, declaration: TableDeclaration) -> None:
        try:
            table = self._load(declaration.zone, declaration.name)
        except Missing:
            self._create(declaration)
            return
        _check_same_partition(table, declaration)
        types = column_types(table.schema(), table.properties)
        added, widened, freed = changes(declaration, table.schema(), types)
        if not (added or widened or freed):
            return
        with table.transaction() as transaction:
            with transaction.update_schema() as update:
                for column in added:
                    update.add_column((column.name,), added_type(column), doc=column.description)
                for column in widened:
                    update.update_column((column.name,), field_type=added_type(column))
                for freed_name in freed:
                    update.update_column((freed_name,), required=False)
            schema = transaction.table_metadata.schema()
            types |= {column.name: column.type for column in added}
            transaction.set_properties({JSON_COLUMNS: json_property(schema, types)})

    def _create(self, declaration: TableDeclaration) -> None:
        schema = new_schema(declaration)
        types = {column.name: column.type for column in declaration.columns}
        properties = _PROPERTIES | {JSON_COLUMNS: json_property(schema, types)}
        if declaration.description is not None:
            properties["comment"] = declaration.description
        self._catalog.create_table(
            (declaration.zone, declaration.name),
            schema,
            location=str(self._folder / declaration.zone / declaration.name),
            partition_spec=_partition_spec(schema, declaration.day_of),
            properties=properties,
        )

    def _load(self, zone: Zone, name: str) -> IcebergTable:
        try:
            return self._catalog.load_table((zone, name))
        except NoSuchTableError:
            raise Missing(f"there is no table {table_name(zone, name)}") from None

    @contextmanager
    def _errors(self) -> Iterator[None]:
        with translated(self._path), storage_errors(self._folder):
            yield


def to_snapshot(snapshot: IcebergSnapshot) -> Snapshot:
    """Turn pyiceberg's description of a snapshot into ours."""
    summary = snapshot.summary
    return Snapshot(
        id=snapshot.snapshot_id,
        parent_id=snapshot.parent_snapshot_id,
        committed_at=_EPOCH + timedelta(milliseconds=snapshot.timestamp_ms),
        operation="append" if summary is None else summary.operation.value,
        summary={} if summary is None else dict(summary.additional_properties),
    )


def _commit(table: IcebergTable, name: str, change: Change) -> IcebergSnapshot:
    parent = table.current_snapshot()
    live = read_live(table, parent)
    files = {file.file_path: file for file in live.files()}
    gone = sorted(set(change.remove) - set(files))
    doubled = sorted(set(change.add) & set(files))
    if gone or doubled:
        said = f"{gone[0]} is not in it any more" if gone else f"{doubled[0]} is in it already"
        raise Conflict(
            f"{name} does not fit the change: {said}",
            hint="read the table's files again, then write the change anew",
            details={"gone": gone, "doubled": doubled},
        )
    added = Footers(table.metadata).read(change.add)
    summary = _carry_forward(parent, change.summary)
    return NewSnapshot(table, live).commit(
        added, [files[path] for path in set(change.remove)], summary
    )


def _carry_forward(parent: IcebergSnapshot | None, summary: Mapping[str, str]) -> dict[str, str]:
    if parent is None or parent.summary is None:
        return dict(summary)
    before = parent.summary.additional_properties
    return {key: text for key, text in before.items() if key.startswith(BOOKMARK)} | dict(summary)


def _made_by(table: IcebergTable, run_id: str | None) -> IcebergSnapshot | None:
    if run_id is None:
        return None
    for snapshot in table.snapshots():
        if snapshot.summary is not None and snapshot.summary.get(RUN_ID) == run_id:
            return snapshot
    return None


def _snapshot_of(
    table: IcebergTable, snapshot_id: int | None, qualified_name: str
) -> IcebergSnapshot | None:
    if snapshot_id is None:
        return table.current_snapshot()
    snapshot = table.snapshot_by_id(snapshot_id)
    if snapshot is None:
        raise Missing(f"{qualified_name} has no snapshot {snapshot_id}")
    return snapshot


def _partition_spec(schema: Schema, day_of: str | None) -> PartitionSpec:
    if day_of is None:
        return UNPARTITIONED_PARTITION_SPEC
    source_id = schema.find_field(day_of).field_id
    return PartitionSpec(PartitionField(source_id, 1000, DayTransform(), partition_name(day_of)))


def _check_same_partition(table: IcebergTable, declaration: TableDeclaration) -> None:
    found = [table.schema().find_column_name(field.source_id) for field in table.spec().fields]
    declared = [] if declaration.day_of is None else [declaration.day_of]
    if found != declared:
        name = table_name(declaration.zone, declaration.name)
        raise Conflict(
            f"{name} is partitioned by the day of {found}, the declaration says {declared}",
            details={"table": found, "declared": declared},
        )


def _contended(zone: Zone, name: str) -> Unavailable:
    return Unavailable(
        f"{table_name(zone, name)} kept changing while it was written",
        hint="hold the lake's commit lock while you write",
    )
