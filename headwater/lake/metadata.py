"""Tables as their metadata files describe them, read without a table library."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from headwater.database import translated
from headwater.errors import Missing, Unavailable
from headwater.lake.contract import Tables
from headwater.lake.file_io import local_path
from headwater.model.names import Zone, table_name
from headwater.model.table import Snapshot, Table, TableField

JSON_COLUMNS: Final = "headwater.json-columns"
"""The table property that lists the field ids of JSON columns, which are strings to Iceberg."""

_FIND: Final = """
    SELECT table_namespace, table_name, metadata_location FROM iceberg_tables
    WHERE table_namespace = coalesce(:zone, table_namespace)
      AND table_name = coalesce(:name, table_name)
    ORDER BY table_namespace, table_name
"""
_NAMES: Final = {"timestamptz": "timestamp"}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Loaded:
    location: str
    table: Table
    fields: Mapping[int, tuple[TableField, ...]]


class MetadataTables(Tables):
    """Reads tables from the catalogue and their metadata files; safe to call from any thread."""

    def __init__(self, lake_folder: Path) -> None:
        self._catalog = lake_folder / "catalog.db"
        self._loaded: dict[tuple[str, str], _Loaded] = {}

    def get(self, zone: Zone, name: str) -> Table:
        return self._load(zone, name).table

    def find(self, zone: Zone | None = None) -> tuple[Table, ...]:
        return tuple(self._read(*row).table for row in self._rows(zone, None))

    def fields(self, zone: Zone, name: str, snapshot_id: int) -> tuple[TableField, ...]:
        """Return the columns that the table had at a snapshot; raises `Missing`."""
        loaded = self._load(zone, name)
        try:
            return loaded.fields[snapshot_id]
        except KeyError:
            raise Missing(f"{table_name(zone, name)} has no snapshot {snapshot_id}") from None

    def _load(self, zone: Zone, name: str) -> _Loaded:
        for row in self._rows(zone, name):
            return self._read(*row)
        raise Missing(
            f"there is no table {table_name(zone, name)}",
            hint="`headwater tables` lists those that exist",
        )

    def _rows(self, zone: str | None, name: str | None) -> list[tuple[Zone, str, str]]:
        if not self._catalog.exists():
            return []
        with translated(self._catalog):
            connection = sqlite3.connect(f"{self._catalog.as_uri()}?mode=ro", uri=True, timeout=10)
            with closing(connection):
                try:
                    return connection.execute(_FIND, {"zone": zone, "name": name}).fetchall()
                except sqlite3.OperationalError as error:
                    if "no such table" in str(error):  # somebody is just creating it
                        return []
                    raise

    def _read(self, zone: Zone, name: str, location: str) -> _Loaded:
        known = self._loaded.get((zone, name))
        if known is not None and known.location == location:
            return known
        loaded = _parse(zone, name, location)
        self._loaded[(zone, name)] = loaded
        return loaded


def snapshot_at(table: Table, at: datetime) -> Snapshot:
    """Return the last snapshot committed at or before a time; raises `Missing`."""
    committed = [snapshot for snapshot in table.snapshots if snapshot.committed_at <= at]
    if committed:
        return committed[-1]
    first = table.snapshots[0].committed_at.isoformat() if table.snapshots else None
    raise Missing(
        f"{table.qualified_name} has no snapshot at or before {at.isoformat()}",
        hint=f"the oldest one is of {first}" if first else "the table has no snapshot yet",
    )


def _parse(zone: Zone, name: str, location: str) -> _Loaded:
    document = _document(location)
    in_json = set(json.loads(document.get("properties", {}).get(JSON_COLUMNS, "[]")))
    schemas = {
        schema["schema-id"]: tuple(_field(field, in_json) for field in schema["fields"])
        for schema in document["schemas"]
    }
    ordered = sorted(document.get("snapshots", []), key=lambda x: x.get("sequence-number", 0))
    current = document.get("current-snapshot-id")
    current_fields = schemas[document["current-schema-id"]]
    table = Table(
        zone=zone,
        name=name,
        location=document["location"],
        fields=current_fields,
        snapshots=tuple(_snapshot(snapshot) for snapshot in ordered),
        current_snapshot_id=None if current in (None, -1) else current,
    )
    fields = {x["snapshot-id"]: schemas.get(x.get("schema-id"), current_fields) for x in ordered}
    return _Loaded(location, table, fields)


def _document(location: str) -> Any:
    path = local_path(location)
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise Unavailable(
            f"the table metadata {path} cannot be read: {error}",
            hint="the catalogue and the folders of tables belong together; restore both",
        ) from error


def _snapshot(document: Mapping[str, Any]) -> Snapshot:
    summary = dict(document.get("summary", {}))
    return Snapshot(
        id=document["snapshot-id"],
        parent_id=document.get("parent-snapshot-id"),
        committed_at=_EPOCH + timedelta(milliseconds=document["timestamp-ms"]),
        operation=summary.pop("operation", "append"),
        summary=summary,
    )


def _field(document: Mapping[str, Any], in_json: set[int]) -> TableField:
    type_ = "json" if document["id"] in in_json else _type(document["type"])
    return TableField(
        id=document["id"],
        name=document["name"],
        type=type_,
        required=document["required"],
        description=document.get("doc"),
    )


def _type(document: Any) -> str:
    """Name a type as columns do; one that columns do not have, as DuckDB's SQL does."""
    if isinstance(document, str):
        return _NAMES.get(document, document)
    if document["type"] == "map" and document["key"] == "string":
        value = document["value"]
        if value == "double":
            return "shares"
        if isinstance(value, dict) and value["type"] == "struct":
            names = [field["name"] for field in value["fields"]]
            if names == ["sum", "average", "min", "max", "count"]:
                return "metrics"
    return json.dumps(document, separators=(",", ":"))
