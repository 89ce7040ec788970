"""The tables of the lake: names, columns, snapshots, a look inside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Query
from fastapi.responses import Response

from headwater.api.access import Reader
from headwater.api.shapes import answers
from headwater.api.shapes.sql import SqlAnswer
from headwater.api.shapes.tables import (
    LakeColumn,
    LakeSchemaHistory,
    LakeSchemaVersion,
    TableLine,
    TableList,
    TableSchema,
    TableSnapshot,
    TableSnapshots,
)
from headwater.api.sql import to_json
from headwater.errors import Missing, Unprocessable
from headwater.lake.contract import RUN_ID, Manifest, Quarantine, Tables
from headwater.model.names import ZONES, Zone, is_source, split_table_name, table_name
from headwater.model.table import Snapshot, Table, TableField
from headwater.query.lineage.schema_changes import schema_changes
from headwater.query.sql.session import Question, SqlSession
from headwater.wire.openlineage.descriptions import DeclaredColumn

_NOT_KNOWN: Final[tuple[int | None, int | None]] = (None, None)
_RAW_COLUMNS: Final = (
    ("id", "string"),
    ("source", "string"),
    ("received_at", "timestamp"),
    ("data", "json"),
)
_QUARANTINE_COLUMNS: Final = (
    ("key", "string"),
    ("source", "string"),
    ("stage", "string"),
    ("received_at", "timestamp"),
    ("path", "string"),
    ("reason", "string"),
    ("data", "string"),
    ("replayed_at", "timestamp"),
)
_JOB: Final = "headwater.job"
_INPUTS: Final = "headwater.inputs"
Name = Annotated[str, Query(description="zone.name, as in SQL.")]


def lake_router(catalogue: Catalogue, session: SqlSession) -> APIRouter:
    """Return the routes about tables."""
    router = APIRouter(prefix="/api/v2/tables", tags=["tables"])

    @router.get("")
    def list_tables(_: Reader, zone: str | None = None) -> TableList:
        """List the tables of all zones, or of one, with their rows and bytes."""
        if zone is not None and zone not in ZONES:
            raise Unprocessable(f"zone is {zone!r}, not one of {', '.join(ZONES)}", path="/zone")
        found = catalogue.describe()
        return {
            "tables": [one for one in found if zone is None or one["table"].startswith(f"{zone}.")]
        }

    @router.get("/schema")
    def show_schema(_: Reader, table: Name) -> TableSchema:
        """Return the columns of a table."""
        return catalogue.schema(table)

    @router.get("/snapshots")
    def list_snapshots(_: Reader, table: Name) -> TableSnapshots:
        """List the snapshots of a table, the latest first; ids are text, they need 64 bits."""
        return catalogue.snapshots(table)

    @router.get("/schema-history")
    def show_schema_history(_: Reader, table: Name) -> LakeSchemaHistory:
        """Return the columns that a table had from snapshot to snapshot, the newest first."""
        return catalogue.schema_history(table)

    @router.get("/preview", responses=answers(SqlAnswer))
    def preview(
        principal: Reader,
        table: Name,
        as_of: str | None = None,
        limit: Annotated[int, Query(gt=0, le=1000)] = 20,
    ) -> Response:
        """Return some rows of a table."""
        zone, name = _zone_and_name(table)
        statement = f'SELECT * FROM {zone}."{name}"'
        answer = session.run(Question(sql=statement, as_of=as_of, limit=limit), principal)
        return Response(to_json(answer), media_type="application/json")

    return router


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """What is in the lake, of all zones, out of the stores that know it."""

    tables: Tables
    manifest: Manifest
    quarantine: Quarantine
    quarantined_sources: Callable[[], Sequence[str]]

    def describe(self) -> list[TableLine]:
        """Return a line for each table, by zone and name."""
        lines = [_described(table) for table in self.tables.find()]
        lines += [self._raw(source) for source in self.manifest.sources()]
        lines += [self._quarantined(source) for source in self.quarantined_sources()]
        order = {str(name): place for place, name in enumerate(ZONES)}
        return sorted(
            lines, key=lambda one: (order[split_table_name(one["table"])[0]], one["table"])
        )

    def sizes(self, at: datetime | None) -> dict[str, tuple[int | None, int | None]]:
        """Return rows and bytes of each table, now or as of a time, None where nobody knows."""
        found = {one["table"]: (one["rows"], one["size_bytes"]) for one in self.describe()}
        if at is None:
            return found
        then = dict.fromkeys(found, _NOT_KNOWN)
        for table in self.tables.find():
            committed = [one for one in table.snapshots if one.committed_at <= at]
            if committed:
                then[table.qualified_name] = _size_of(committed[-1])
        for source in self.manifest.sources():
            sealed = [one for one in self.manifest.find(source=source) if one.last_at <= at]
            if sealed:
                rows = sum(one.records for one in sealed)
                then[table_name("raw", source)] = (rows, sum(one.size_bytes for one in sealed))
        return then

    def schema(self, table: str) -> TableSchema:
        """Return the columns of one table."""
        zone, name = _zone_and_name(table)
        if zone in ("raw", "quarantine"):
            known = self.manifest.sources() if zone == "raw" else self.quarantined_sources()
            if name not in known:
                raise Missing(f"there is no table {table!r}")
            fixed = _RAW_COLUMNS if zone == "raw" else _QUARANTINE_COLUMNS
            return {
                "table": table,
                "location": None,
                "columns": [{"name": column, "type": kind} for column, kind in fixed],
            }
        found = self.tables.get(zone, name)
        return {
            "table": table,
            "location": found.location,
            "columns": [_column(one) for one in found.fields],
        }

    def snapshots(self, table: str) -> TableSnapshots:
        """Return the commits of one table."""
        found = self.tables.get(*_zone_and_name(table))
        current = found.current_snapshot_id
        return {
            "table": table,
            "current": None if current is None else str(current),
            "snapshots": [_snapshot(one) for one in reversed(found.snapshots)],
        }

    def schema_history(self, table: str) -> LakeSchemaHistory:
        """Return the versions of one table's columns, of the snapshots that still exist."""
        zone, name = _zone_and_name(table)
        found = self.tables.get(zone, name)
        versions: list[LakeSchemaVersion] = []
        before: tuple[TableField, ...] | None = None
        for snapshot in found.snapshots:
            fields = self.tables.fields(zone, name, snapshot.id)
            if fields == before:
                continue
            versions.append(_version(snapshot, fields, before, number=len(versions) + 1))
            before = fields
        return {"table": table, "versions": versions[::-1]}

    def _raw(self, source: str) -> TableLine:
        segments = self.manifest.find(source=source)
        return {
            "table": table_name("raw", source),
            "rows": sum(segment.records for segment in segments),
            "size_bytes": sum(segment.size_bytes for segment in segments),
            "columns": len(_RAW_COLUMNS),
            "snapshot": str(segments[-1].sequence),
            "changed_at": segments[-1].last_at,
        }

    def _quarantined(self, source: str) -> TableLine:
        return {
            "table": table_name("quarantine", source),
            "rows": self.quarantine.count(source) if is_source(source) else None,
            "size_bytes": None,
            "columns": len(_QUARANTINE_COLUMNS),
            "snapshot": None,
            "changed_at": None,
        }


def _zone_and_name(table: str) -> tuple[Zone, str]:
    zone, name = split_table_name(table)
    for known in ZONES:
        if zone == known and name and '"' not in name:
            return known, name
    raise Unprocessable(
        f"{table!r} is no table name",
        path="/table",
        hint=f"write zone.name; zones: {', '.join(ZONES)}",
    )


def _described(table: Table) -> TableLine:
    snapshot = next((s for s in table.snapshots if s.id == table.current_snapshot_id), None)
    summary = {} if snapshot is None else snapshot.summary
    return {
        "table": table.qualified_name,
        "rows": int(summary.get("total-records", "0")),
        "size_bytes": int(summary.get("total-files-size", "0")),
        "columns": len(table.fields),
        "snapshot": None if snapshot is None else str(snapshot.id),
        "changed_at": None if snapshot is None else snapshot.committed_at,
    }


def _snapshot(snapshot: Snapshot) -> TableSnapshot:
    summary = snapshot.summary
    inputs = summary.get(_INPUTS)
    return {
        "id": str(snapshot.id),
        "parent_id": None if snapshot.parent_id is None else str(snapshot.parent_id),
        "committed_at": snapshot.committed_at,
        "operation": snapshot.operation,
        "run": summary.get(RUN_ID),
        "job": summary.get(_JOB),
        "inputs": inputs.split(",") if inputs else [],
        "rows": _count(summary.get("total-records")),
        "rows_added": _count(summary.get("added-records")) or 0,
        "rows_deleted": _count(summary.get("deleted-records")) or 0,
        "size_bytes": _count(summary.get("total-files-size")),
        "files": _count(summary.get("total-data-files")),
        "summary": dict(summary),
    }


def _size_of(snapshot: Snapshot) -> tuple[int | None, int | None]:
    summary = snapshot.summary
    return _count(summary.get("total-records")), _count(summary.get("total-files-size"))


def _count(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdecimal() else None


def _column(field: TableField) -> LakeColumn:
    return {
        "id": field.id,
        "name": field.name,
        "type": field.type,
        "required": field.required,
        "description": field.description,
    }


def _version(
    snapshot: Snapshot,
    fields: tuple[TableField, ...],
    before: tuple[TableField, ...] | None,
    *,
    number: int,
) -> LakeSchemaVersion:
    changes = [] if before is None else schema_changes(_declared(before), _declared(fields))
    return {
        "number": number,
        "snapshot": str(snapshot.id),
        "since": snapshot.committed_at,
        "run": snapshot.summary.get(RUN_ID),
        "changes": [
            {
                "change": change.kind,
                "column": change.column,
                "before": change.before,
                "after": change.after,
                "breaking": change.is_breaking,
            }
            for change in changes
        ],
        "columns": [_column(field) for field in fields],
    }


def _declared(fields: tuple[TableField, ...]) -> list[DeclaredColumn]:
    return [
        DeclaredColumn(
            path=field.name,
            type=field.type,
            description=field.description,
            is_nullable=not field.required,
        )
        for field in fields
    ]
