"""The table catalogue: pyiceberg's, on SQLite that keeps what it acknowledged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pyiceberg.catalog.sql import SqlCatalog
from sqlalchemy import URL, create_engine, event

from headwater.database import BUSY_TIMEOUT_MILLISECONDS
from headwater.lake.file_io import make_folder, sync_folder

CATALOG_NAME = "headwater"


class LakeCatalog(SqlCatalog):
    """pyiceberg's catalogue with the pragmas that every store of ours has."""

    def _init_catalog(self) -> None:
        # Not by `uri`: a path with a question mark would end there.
        path = self.properties["headwater.catalog"]
        self.engine = create_engine(URL.create("sqlite", database=path))
        event.listen(self.engine, "connect", _set_pragmas)
        super()._init_catalog()


def open_catalog(lake_folder: Path) -> LakeCatalog:
    """Open or create the catalogue of a lake, with the namespaces that hold tables."""
    make_folder(lake_folder)
    path = lake_folder / "catalog.db"
    new = not path.exists()
    catalog = LakeCatalog(
        CATALOG_NAME,
        uri="sqlite://",
        warehouse=str(lake_folder),
        **{
            "headwater.catalog": str(path),
            "py-io-impl": "headwater.lake.iceberg_files.DurableFileIO",
        },
    )
    for zone in ("processed", "curated"):
        catalog.create_namespace_if_not_exists(zone)
    if new:
        sync_folder(lake_folder)
    return catalog


def _set_pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MILLISECONDS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()
