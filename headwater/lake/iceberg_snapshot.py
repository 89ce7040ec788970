"""One snapshot out of files in and files out, and the manifests that describe it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

from pyiceberg.io import FileIO
from pyiceberg.manifest import DataFile as IcebergFile
from pyiceberg.manifest import (
    DataFileContent,
    ManifestEntry,
    ManifestEntryStatus,
    ManifestFile,
)
from pyiceberg.table import Table as IcebergTable
from pyiceberg.table import Transaction
from pyiceberg.table.snapshots import Operation
from pyiceberg.table.snapshots import Snapshot as IcebergSnapshot
from pyiceberg.table.update.snapshot import _SnapshotProducer

from headwater.errors import Unavailable

MANIFESTS_BEFORE_MERGE: Final = 50
_THREADS: Final = 4


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
    manifests = snapshot.manifests(table.io)
    with ThreadPoolExecutor(_THREADS) as pool:
        entries = list(pool.map(lambda one: tuple(one.fetch_manifest_entry(table.io)), manifests))
    for some in entries:
        for entry in some:
            if entry.data_file.content != DataFileContent.DATA:
                raise Unavailable(
                    f"the table at {table.location()} has delete files, for instance "
                    f"{entry.data_file.file_path}",
                    hint="compact it with the engine that wrote them: only copy-on-write "
                    "tables can be read here",
                )
    return Live(tuple((one, some) for one, some in zip(manifests, entries, strict=True) if some))


class Replacement(_SnapshotProducer["Replacement"]):
    """Adds files and removes files in one snapshot.

    pyiceberg's own overwrite keeps manifests whose files are all gone and never merges any, so
    a table that is replaced every minute would be read slower every minute.
    """

    def __init__(
        self, transaction: Transaction, io: FileIO, live: Live, summary: Mapping[str, str]
    ) -> None:
        self._live = live
        super().__init__(Operation.APPEND, transaction, io, snapshot_properties=dict(summary))

    def replace(self, add: Iterable[IcebergFile], remove: Iterable[IcebergFile]) -> None:
        """Stage the files of the snapshot."""
        for file in add:
            self.append_data_file(file)
        for file in remove:
            self.delete_data_file(file)
        if self._deleted_data_files:
            self._operation = Operation.OVERWRITE

    def _build_delete_files_partition_predicate(self) -> None:
        # Finds manifests by partition; `live` has them all already.
        return

    def _deleted_entries(self) -> list[ManifestEntry]:
        return [
            self._entry(entry, ManifestEntryStatus.DELETED, self._snapshot_id)
            for _, entries in self._live.manifests
            for entry in entries
            if entry.data_file in self._deleted_data_files
        ]

    def _existing_manifests(self) -> list[ManifestFile]:
        merge = len(self._live.manifests) > MANIFESTS_BEFORE_MERGE
        kept: list[ManifestFile] = []
        rewritten: dict[int, list[ManifestEntry]] = {}
        for manifest, entries in self._live.manifests:
            rest = [entry for entry in entries if entry.data_file not in self._deleted_data_files]
            if len(rest) == len(entries) and not merge:
                kept.append(manifest)
            elif rest:
                rewritten.setdefault(manifest.partition_spec_id, []).extend(rest)
        return kept + [self._write(spec_id, rest) for spec_id, rest in rewritten.items()]

    def _write(self, spec_id: int, entries: Iterable[ManifestEntry]) -> ManifestFile:
        with self.new_manifest_writer(self.spec(spec_id)) as writer:
            for entry in entries:
                writer.add_entry(
                    self._entry(entry, ManifestEntryStatus.EXISTING, entry.snapshot_id)
                )
        return writer.to_manifest_file()

    @staticmethod
    def _entry(entry: ManifestEntry, status: Any, snapshot_id: int | None) -> ManifestEntry:
        return ManifestEntry.from_args(
            status=status,
            snapshot_id=snapshot_id,
            sequence_number=entry.sequence_number,
            file_sequence_number=entry.file_sequence_number,
            data_file=entry.data_file,
        )
