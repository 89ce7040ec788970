"""The schema registry in lake.db."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from sqlalchemy import Connection, Engine, select

from headwater.clock import Clock
from headwater.errors import Conflict, Missing, Unprocessable
from headwater.lake.contract import Registry, SourceSchema
from headwater.lake.lake_database import from_microseconds, schemas, to_microseconds
from headwater.model.columns import Column
from headwater.model.names import is_source
from headwater.model.principal import SYSTEM
from headwater.wire.records.body import source_flaw
from headwater.wire.records.evolution import Change, changes_between
from headwater.wire.records.inference import extend
from headwater.wire.records.schema import read_schema

_INSERT: Final = (
    "INSERT INTO schemas (source, version, schema, columns, dedupe, key, event_time, proposed,"
    " registered_at, registered_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)

Downstream = Callable[[str], Sequence[str]]
"""Names what is built on a source's schema: its table and what is downstream of that."""


class SqlRegistry(Registry):
    """Schemas as rows; the latest version of each source is what the door checks."""

    def __init__(self, engine: Engine, clock: Clock, *, downstream: Downstream) -> None:
        self._engine = engine
        self._reads = engine.execution_options(read_only=True)
        self._clock = clock
        self._downstream = downstream
        self._listeners: list[Callable[[str], None]] = []

    def subscribe(self, listener: Callable[[str], None]) -> None:
        """Call `listener` with the source after each new version."""
        self._listeners.append(listener)

    def register(self, source: str, schema: Mapping[str, Any], *, actor: str) -> SourceSchema:
        if not is_source(source):
            raise Unprocessable(source_flaw(source), path="/source")
        read_schema(schema)
        downstream = self._downstream(source)
        with self._engine.begin() as connection:
            latest = _latest(connection, source)
            if latest is not None and not latest.proposed and latest.schema == schema:
                return latest
            before = _kept(latest, schema, downstream)
            stored = self._insert(connection, source, schema, before, latest=latest, actor=actor)
        self._tell(source)
        return stored

    def propose(self, source: str, schema: Mapping[str, Any]) -> SourceSchema:
        with self._engine.begin() as connection:
            latest = _latest(connection, source)
            if latest is not None:
                if not latest.proposed:
                    return latest
                schema = extend(latest.schema, schema)
                if schema == latest.schema:
                    return latest
            before = () if latest is None else latest.columns
            stored = self._insert(
                connection, source, schema, before, latest=latest, actor=SYSTEM.name, proposed=True
            )
        self._tell(source)
        return stored

    def get(self, source: str, version: int | None = None) -> SourceSchema:
        with self._reads.connect() as connection:
            found = _latest(connection, source, version)
        if found is None:
            what = "schema" if version is None else f"version {version} of the schema"
            raise Missing(
                f"there is no {what} of source {source[:100]!r}",
                hint="register one: headwater schemas register SOURCE FILE",
            )
        return found

    def find(self, source: str | None = None) -> tuple[SourceSchema, ...]:
        query = select(schemas).order_by(schemas.c.source, schemas.c.version)
        if source is not None:
            query = query.where(schemas.c.source == source)
        with self._reads.connect() as connection:
            return tuple(_schema(row) for row in connection.execute(query))

    def _insert(
        self,
        connection: Connection,
        source: str,
        schema: Mapping[str, Any],
        before: Sequence[Column],
        *,
        latest: SourceSchema | None,
        actor: str,
        proposed: bool = False,
    ) -> SourceSchema:
        reading = read_schema(schema, before)
        stored = SourceSchema(
            source=source,
            version=1 if latest is None else latest.version + 1,
            schema=schema,
            columns=reading.columns,
            dedupe=reading.dedupe,
            key=reading.key,
            event_time=reading.event_time,
            proposed=proposed,
            registered_at=self._clock.now(),
            registered_by=actor,
        )
        connection.exec_driver_sql(_INSERT, _row(stored))
        return stored

    def _tell(self, source: str) -> None:
        for listener in self._listeners:
            listener(source)


def _kept(
    latest: SourceSchema | None, schema: Mapping[str, Any], downstream: Sequence[str]
) -> Sequence[Column]:
    """Return the columns that the new version must keep; raises `Conflict` if it cannot."""
    if latest is None:
        return ()
    changes = changes_between(latest.schema, schema, only_columns=latest.proposed)
    refused = [change for change in changes if not change.is_compatible]
    if not refused:
        return latest.columns
    if latest.proposed and not downstream:
        return ()  # nothing was built on the proposal
    raise Conflict(
        f"the schema of {latest.source!r} cannot change so: "
        + "; ".join(f"{change.path} {change.what}" for change in refused[:5]),
        hint="add fields or widen types; for any other change use a new source name",
        details={"changes": [_described(c) for c in refused], "downstream": list(downstream)},
    )


def _described(change: Change) -> dict[str, str]:
    return {"path": change.path, "change": change.what}


def _latest(connection: Connection, source: str, version: int | None = None) -> SourceSchema | None:
    query = select(schemas).where(schemas.c.source == source)
    if version is not None:
        query = query.where(schemas.c.version == version)
    row = connection.execute(query.order_by(schemas.c.version.desc()).limit(1)).first()
    return None if row is None else _schema(row)


def _row(stored: SourceSchema) -> tuple[Any, ...]:
    return (
        stored.source,
        stored.version,
        json.dumps(stored.schema),
        json.dumps([asdict(column) for column in stored.columns]),
        stored.dedupe,
        json.dumps(stored.key),
        stored.event_time,
        int(stored.proposed),
        to_microseconds(stored.registered_at),
        stored.registered_by,
    )


def _schema(row: Any) -> SourceSchema:
    return SourceSchema(
        source=row.source,
        version=row.version,
        schema=json.loads(row.schema),
        columns=tuple(Column(**column) for column in json.loads(row.columns)),
        dedupe=row.dedupe,
        key=tuple(json.loads(row.key)),
        event_time=row.event_time,
        proposed=bool(row.proposed),
        registered_at=from_microseconds(row.registered_at),
        registered_by=row.registered_by,
    )
