"""What a statement can name: GET /api/v2/sql/catalogue and /api/v2/sql/functions."""

from __future__ import annotations

from fastapi import APIRouter

from headwater.api.access import Reader
from headwater.api.lake import Catalogue
from headwater.api.shapes.sql import SqlCatalogue, SqlFunctions
from headwater.query.sql.session import SqlSession


def sql_catalogue_router(catalogue: Catalogue, session: SqlSession, *, namespace: str) -> APIRouter:
    """Return the routes of what completion offers."""
    router = APIRouter(prefix="/api/v2/sql", tags=["sql"])

    @router.get("/catalogue")
    def show_catalogue(_: Reader) -> SqlCatalogue:
        """Return the tables that a statement can read with their columns, and its limits."""
        settings = session.settings
        return {
            "namespace": namespace,
            "tables": [
                {
                    "table": one["table"],
                    "rows": one["rows"],
                    "columns": [
                        {"name": column["name"], "type": column["type"]}
                        for column in catalogue.schema(one["table"])["columns"]
                    ],
                }
                for one in catalogue.describe()
            ],
            "limits": {
                "max_rows": settings.max_rows,
                "max_result_bytes": settings.max_result_bytes,
                "max_scan_bytes": settings.max_scan_bytes,
                "timeout_seconds": settings.timeout_seconds,
            },
        }

    @router.get("/functions")
    def list_functions(_: Reader) -> SqlFunctions:
        """Return the functions that a statement may call; the first question starts the engine."""
        return {
            "functions": [
                {"name": one.name, "signature": one.signature, "description": one.description}
                for one in session.functions()
            ]
        }

    return router
