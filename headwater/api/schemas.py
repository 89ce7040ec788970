"""The schema registry: GET, POST and PUT /api/v2/schemas."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Query

from headwater.api.access import Reader, Writer
from headwater.api.record_json import schema_json
from headwater.api.shapes.ingest import SchemaList, SchemaVersionShape
from headwater.lake.contract import Registry
from headwater.model.json import JsonObject

Version = Annotated[int | None, Query(ge=1, le=2**31 - 1)]


def schemas_router(registry: Registry) -> APIRouter:
    """Return the routes of the registry."""
    router = APIRouter(prefix="/api/v2", tags=["schemas"])

    @router.get("/schemas")
    def list_schemas(_: Reader, source: str | None = None) -> SchemaList:
        """List the versions of all schemas, or of one source's."""
        return {"schemas": [schema_json(schema) for schema in registry.find(source)]}

    @router.get("/schemas/version")
    def get_schema(_: Reader, source: str, version: Version = None) -> SchemaVersionShape:
        """Return one version of a source's schema, by default the latest."""
        return schema_json(registry.get(source, version))

    @router.post("/schemas", status_code=201)
    @router.put("/schemas", status_code=200)
    def register_schema(
        principal: Writer, source: str, schema: Annotated[JsonObject, Body()]
    ) -> SchemaVersionShape:
        """Register a JSON Schema for a source; it must be able to follow the one before."""
        return schema_json(registry.register(source, schema, actor=principal.name))

    return router
