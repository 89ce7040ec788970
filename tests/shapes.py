"""Holds the answers of our own API against the shapes that their routes declare."""

from __future__ import annotations

import json
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import jsonschema_rs
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from starlette.routing import Match

from headwater.api.dispatch import Front
from headwater.model.exchange import Reply


def check_shape(front: Front, method: str, target: str, reply: Reply) -> None:
    """Fail if an answer of /api/v2 has too much or too little for what its route declares."""
    path = urlsplit(target).path
    if not path.startswith("/api/v2/") or not 200 <= reply.status < 300 or not reply.body:
        return
    declared = _declared(front, method, path, reply.status)
    if declared is not None:
        found = [
            f"/{'/'.join(map(str, error.instance_path))}: {error.message[:200]}"
            for error in _validator(declared).iter_errors(json.loads(reply.body))
        ]
        assert not found, f"{method} {path} answers what it does not declare: {found[:5]}"


def _declared(front: Front, method: str, path: str, status: int) -> Any:
    scope = {"type": "http", "method": method, "path": path, "root_path": ""}
    application: Any = front._application
    for route in application.router.routes:
        if isinstance(route, APIRoute) and route.matches(scope)[0] is Match.FULL:
            return route.responses.get(status, {}).get("model")
    return None


@cache
def _validator(shape: Any) -> Any:
    schema = TypeAdapter(shape).json_schema(mode="serialization")
    return jsonschema_rs.validator_for(_closed(schema))


def _closed(schema: Any) -> Any:
    """Return the schema with every object that names its members closed to others."""
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {name: _closed(value) for name, value in schema.items()}
    if schema.get("type") == "object" and "properties" in schema:
        inner.setdefault("additionalProperties", False)
    return inner
