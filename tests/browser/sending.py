"""What browser tests send to the server that they look at."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.request import Request, urlopen
from uuid import uuid4

PATIENCE_SECONDS = 60
NOW = timedelta(0)


def send(url: str, body: Any, *, token: str = "") -> Any:
    """Send JSON and return the answer."""
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    with urlopen(Request(url, json.dumps(body).encode(), headers), timeout=PATIENCE_SECONDS) as got:
        return json.loads(got.read() or b"null")


def run_event(
    type_: str,
    job: str,
    *,
    run: str | None = None,
    before: timedelta = NOW,
    columns: tuple[str, ...] = ("day",),
) -> dict[str, Any]:
    """Return a run event of a shop that makes its revenue of its orders."""
    schema = {
        "_producer": "https://example.com/shop",
        "_schemaURL": "https://openlineage.io/spec/facets/1-1-1/SchemaDatasetFacet.json",
        "fields": [{"name": name, "type": "string"} for name in columns],
    }
    return {
        "eventType": type_,
        "eventTime": (datetime.now(UTC) - before).isoformat(),
        "run": {"runId": run or str(uuid4())},
        "job": {"namespace": "shop", "name": job},
        "inputs": [{"namespace": "shop", "name": "orders"}],
        "outputs": [{"namespace": "shop", "name": "revenue", "facets": {"schema": schema}}],
        "producer": "https://example.com/shop",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
    }
