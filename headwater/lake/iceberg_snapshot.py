"""One snapshot out of files in and files out: its manifests, its summary, its commit.

pyiceberg's transactions copy the whole metadata fifteen times a commit, its overwrite keeps
manifests whose files are all gone and never merges any: a table that changes every minute would
be slower every minute. This writes the same files with the same public parts, once.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from pyiceberg.manifest import DataFile as IcebergFile
from pyiceberg.manifest import (
    DataFileContent,
    ManifestEntry,
    ManifestEntryStatus,
    ManifestFile,
    write_manifest,
    write_manifest_list,
)
from pyiceberg.table import Table as IcebergTable
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.table.refs import MAIN_BRANCH, SnapshotRefType
from pyiceberg.table.snapshots import (
    Operation,
    SnapshotSummaryCollector,
    Summary,
    update_snapshot_summaries,
)
from pyiceberg.table.snapshots import Snapshot as IcebergSnapshot
from pyiceberg.table.update import (
    AddSnapshotUpdate,
    AssertRefSnapshotId,
    AssertTableUUID,
    RemoveSnapshotsUpdate,
    SetSnapshotRefUpdate,
)

from headwater.errors import Unavailable

MANIFESTS_BEFORE_MERGE: Final = 20
_COMPRESSION: Final = "deflate"


@dataclass(frozen=True, slots=True)
class Live:
    """The manifests of a snapshot that still hold files, each with its living entries."""

    manifests: tuple[tuple[ManifestFile, tuple[ManifestEntry, ...]], ...] = ()

    def files(self) -> list[IcebergFile]:
        """Return every data file of the snapshot."""
        return [entry.data_file for _, entries in self.manifests for entry in entries]


def read_live(table: IcebergTable, snapshot: IcebergSnapshot | None) -> Live:
    """Read what a snapshot holds; refuses tables with delete files, which we never write."""
    if snapshot is None:
        return Live()
    found = []
    for manifest in snapshot.manifests(table.io):
        entries = tuple(manifest.fetch_manifest_entry(table.io))
        if entries:
            found.append((manifest, entries))
        for entry in entries:
            if entry.data_file.content != DataFileContent.DATA:
                raise Unavailable(
                    f"the table at {table.location()} has delete files, for instance "
                    f"{entry.data_file.file_path}",
                    hint="compact it with the engine that wrote them: only copy-on-write "
                    "tables can be read here",
                )
    return Live(tuple(found))


def expire(table: IcebergTable, snapshot_ids: Iterable[int]) -> tuple[int, ...]:
    """Forget snapshots, but the current one; return those that were there."""
    current = table.metadata.current_snapshot_id
    known = {snapshot.snapshot_id for snapshot in table.snapshots()} - {current}
    ids = sorted(known & set(snapshot_ids))
    if ids:
        uuid_is = AssertTableUUID(uuid=table.metadata.table_uuid)
        table.catalog.commit_table(table, (uuid_is,), (RemoveSnapshotsUpdate(snapshot_ids=ids),))
    return tuple(ids)


def referenced(table: IcebergTable) -> set[str]:
    """Return the location of every file that the table or one of its snapshots needs."""
    found = {table.metadata_location}
    found |= {entry.metadata_file for entry in table.metadata.metadata_log}
    for snapshot in table.snapshots():
        found.add(snapshot.manifest_list)
        for manifest in snapshot.manifests(table.io):
            if manifest.manifest_path not in found:
                found.add(manifest.manifest_path)
                entries = manifest.fetch_manifest_entry(table.io)
                found |= {entry.data_file.file_path for entry in entries}
    return found


class NewSnapshot:
    """The child of a table's current snapshot, until it is committed."""

    def __init__(self, table: IcebergTable, live: Live) -> None:
        self._table = table
        self._live = live
        self._metadata = table.metadata
        self._parent = table.current_snapshot()
        self._parent_id = None if self._parent is None else self._parent.snapshot_id
        self._id = table.metadata.new_snapshot_id()
        self._token = uuid.uuid4()
        self._manifests_written = 0

    def commit(
        self,
        add: Iterable[IcebergFile],
        remove: Iterable[IcebergFile],
        summary: Mapping[str, str],
    ) -> IcebergSnapshot:
        """Make the snapshot the current one.

        Raises pyiceberg's `CommitFailedException` when the table has changed since it was read.
        """
        added, removed = list(add), list(remove)
        snapshot = IcebergSnapshot(
            snapshot_id=self._id,
            parent_snapshot_id=self._parent_id,
            manifest_list=self._write_list(self._manifests(added, removed)),
            sequence_number=self._metadata.next_sequence_number(),
            summary=self._summary(added, removed, summary),
            schema_id=self._metadata.current_schema_id,
        )
        answer = self._table.catalog.commit_table(
            self._table,
            (
                AssertTableUUID(uuid=self._metadata.table_uuid),
                AssertRefSnapshotId(ref=MAIN_BRANCH, snapshot_id=self._parent_id),
            ),
            (
                AddSnapshotUpdate(snapshot=snapshot),
                SetSnapshotRefUpdate(
                    ref_name=MAIN_BRANCH,
                    type=SnapshotRefType.BRANCH,
                    snapshot_id=self._id,
                    max_ref_age_ms=None,
                    max_snapshot_age_ms=None,
                    min_snapshots_to_keep=None,
                ),
            ),
        )
        self._forget_old_metadata(answer.metadata)
        return snapshot

    def _forget_old_metadata(self, metadata: TableMetadata) -> None:
        kept = {entry.metadata_file for entry in metadata.metadata_log}
        for entry in self._metadata.metadata_log:
            if entry.metadata_file not in kept:
                with suppress(FileNotFoundError):
                    self._table.io.delete(entry.metadata_file)

    def _manifests(
        self, added: list[IcebergFile], removed: list[IcebergFile]
    ) -> list[ManifestFile]:
        gone = {file.file_path for file in removed}
        merge = len(self._live.manifests) > MANIFESTS_BEFORE_MERGE
        made: list[ManifestFile] = []
        rewritten: dict[int, list[ManifestEntry]] = {}
        if added:
            spec_id = self._metadata.default_spec_id
            made.append(self._write(spec_id, [self._added(file) for file in added]))
        for manifest, entries in self._live.manifests:
            rest = [entry for entry in entries if entry.data_file.file_path not in gone]
            if len(rest) == len(entries) and not merge:
                made.append(manifest)
                continue
            group = rewritten.setdefault(manifest.partition_spec_id, [])
            for entry in entries:
                group.append(self._kept_or_deleted(entry, entry.data_file.file_path in gone))
        return made + [self._write(spec_id, group) for spec_id, group in rewritten.items()]

    def _added(self, file: IcebergFile) -> ManifestEntry:
        return ManifestEntry.from_args(
            status=ManifestEntryStatus.ADDED,
            snapshot_id=self._id,
            sequence_number=None,
            file_sequence_number=None,
            data_file=file,
        )

    def _kept_or_deleted(self, entry: ManifestEntry, deleted: bool) -> ManifestEntry:
        return ManifestEntry.from_args(
            status=ManifestEntryStatus.DELETED if deleted else ManifestEntryStatus.EXISTING,
            snapshot_id=self._id if deleted else entry.snapshot_id,
            sequence_number=entry.sequence_number,
            file_sequence_number=entry.file_sequence_number,
            data_file=entry.data_file,
        )

    def _write(self, spec_id: int, entries: Iterable[ManifestEntry]) -> ManifestFile:
        place = self._table.location_provider().new_metadata_location(
            f"{self._token}-m{self._manifests_written}.avro"
        )
        self._manifests_written += 1
        with write_manifest(
            self._metadata.format_version,
            self._metadata.specs()[spec_id],
            self._metadata.schema(),
            self._table.io.new_output(place),
            self._id,
            _COMPRESSION,
        ) as writer:
            for entry in entries:
                writer.add_entry(entry)
        return writer.to_manifest_file()

    def _write_list(self, manifests: Iterable[ManifestFile]) -> str:
        place = self._table.location_provider().new_metadata_location(
            f"snap-{self._id}-0-{self._token}.avro"
        )
        with write_manifest_list(
            self._metadata.format_version,
            self._table.io.new_output(place),
            self._id,
            self._parent_id,
            self._metadata.next_sequence_number(),
            _COMPRESSION,
        ) as writer:
            writer.add_manifests(list(manifests))
        return place

    def _summary(
        self, added: list[IcebergFile], removed: list[IcebergFile], summary: Mapping[str, str]
    ) -> Summary:
        counts = SnapshotSummaryCollector()
        schema, specs = self._metadata.schema(), self._metadata.specs()
        for file in added:
            counts.add_file(file, schema, self._metadata.spec())
        for file in removed:
            counts.remove_file(file, schema, specs[file.spec_id])
        operation = Operation.OVERWRITE if removed else Operation.APPEND
        return update_snapshot_summaries(
            Summary(operation=operation, **counts.build(), **summary),
            self._parent.summary if self._parent else None,
        )
