"""What a commit needs to know of a Parquet file, read from its footer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from pyiceberg.io.pyarrow import (
    compute_statistics_plan,
    data_file_statistics_from_parquet_metadata,
    parquet_path_to_id_mapping,
)
from pyiceberg.manifest import DataFile as IcebergFile
from pyiceberg.manifest import DataFileContent, FileFormat
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.transforms import DayTransform
from pyiceberg.utils.datetime import days_to_date

from headwater.errors import Missing, Unprocessable
from headwater.lake.file_io import local_path, sync_file, sync_upwards
from headwater.lake.iceberg_types import arrow_schema
from headwater.model.table import DataFile

_THREADS = 4


class Footers:
    """Reads footers of files that are to become part of one table."""

    def __init__(self, metadata: TableMetadata) -> None:
        schema = metadata.schema()
        self._metadata = metadata
        self._location = local_path(metadata.location)
        self._plan = compute_statistics_plan(schema, metadata.properties)
        self._ids = parquet_path_to_id_mapping(schema)
        self._fields = {field.name: field for field in arrow_schema(schema)}

    def read(self, paths: Iterable[str]) -> list[IcebergFile]:
        """Return the files with their statistics; their bytes and names are on disk."""
        unique = list(dict.fromkeys(paths))
        with ThreadPoolExecutor(_THREADS) as pool:
            files = list(pool.map(self._read, unique))
        sync_upwards((local_path(path) for path in unique), self._location)
        return files

    def _read(self, location: str) -> IcebergFile:
        path = local_path(location)
        if not path.resolve().is_relative_to(self._location.resolve()):
            raise Unprocessable(f"{path} is not under the table's folder {self._location}")
        try:
            sync_file(path)
        except FileNotFoundError:
            raise Missing(f"the data file {path} does not exist") from None
        footer = pq.read_metadata(path)
        self._check(path, footer)
        statistics = data_file_statistics_from_parquet_metadata(
            parquet_metadata=footer,
            stats_columns=self._plan,
            parquet_column_mapping=self._ids,
        )
        try:
            partition = statistics.partition(self._metadata.spec(), self._metadata.schema())
        except ValueError as error:
            raise Unprocessable(f"{path} holds more than one day: {error}") from error
        return IcebergFile.from_args(
            content=DataFileContent.DATA,
            file_path=location,
            file_format=FileFormat.PARQUET,
            partition=partition,
            file_size_in_bytes=path.stat().st_size,
            sort_order_id=None,
            spec_id=self._metadata.default_spec_id,
            equality_ids=None,
            key_metadata=None,
            **statistics.to_serialized_dict(),
        )

    def _check(self, path: Path, footer: Any) -> None:
        for field in footer.schema.to_arrow_schema():
            wanted = self._fields.get(field.name)
            if wanted is None or wanted.type != field.type or _id(wanted) != _id(field):
                raise Unprocessable(
                    f"column {field.name!r} of {path} is {field.type} with field id {_id(field)}, "
                    f"the table has {wanted and wanted.type} with {wanted and _id(wanted)}",
                    hint="write data files in the schema that `arrow_schema` returns",
                )


def _id(field: Any) -> str:
    return (field.metadata or {}).get(b"PARQUET:field_id", b"none").decode()  # type: ignore[no-any-return]


def data_files(files: Iterable[IcebergFile], metadata: TableMetadata) -> Iterator[DataFile]:
    """Turn pyiceberg's description of files into ours; days are dates."""
    specs = {spec.spec_id: spec.fields for spec in metadata.partition_specs}
    for file in files:
        yield DataFile(
            path=file.file_path,
            records=file.record_count,
            size_bytes=file.file_size_in_bytes,
            column_sizes=dict(file.column_sizes or {}),
            partition={
                field.name: _plain(field.transform, file.partition[index])
                for index, field in enumerate(specs[file.spec_id])
            },
        )


def _plain(transform: object, value: Any) -> object:
    if isinstance(transform, DayTransform) and isinstance(value, int):
        return days_to_date(value)
    return value
