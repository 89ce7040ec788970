"""Questions in SQL: POST /api/v2/sql, and who asked what: GET /api/v2/usage."""

from __future__ import annotations

import csv
import io
from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, Header, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from headwater.api.access import Reader
from headwater.lake.usage import Usage
from headwater.model.json import JsonObject
from headwater.query.sql.session import Answer, Question, SqlSession

_CSV: Final = "text/csv"
_CELLS: Final = msgspec.json.Decoder(list[msgspec.Raw])


class Statement(BaseModel):
    """The body of a question."""

    model_config = ConfigDict(extra="forbid")

    sql: str = Field(description="One SELECT.", min_length=1)
    as_of: str | int | None = Field(None, description="A time, or a snapshot id of a table.")
    limit: int | None = Field(None, ge=0, description="How many rows are wanted at most.")


def sql_router(session: SqlSession, usage: Usage) -> APIRouter:
    """Return the routes of questions in SQL."""
    router = APIRouter(prefix="/api/v2", tags=["sql"])

    @router.post("/sql")
    def ask(
        principal: Reader,
        statement: Statement,
        accept: Annotated[str, Header()] = "",
        format: Annotated[str, Query(description="csv, else JSON.")] = "",
    ) -> Response:
        """Run one SELECT over all zones; JSON, or CSV when that is accepted."""
        as_of = None if statement.as_of is None else str(statement.as_of)
        question = Question(sql=statement.sql, as_of=as_of, limit=statement.limit)
        answer = session.run(question, principal)
        if format == "csv" or _CSV in accept:
            headers = {"X-Headwater-Partial": answer.reason} if answer.reason else None
            return Response(to_csv(answer), media_type=_CSV, headers=headers)
        return Response(to_json(answer), media_type="application/json")

    @router.get("/usage")
    def list_usage(
        _: Reader, table: str | None = None, limit: Annotated[int, Query(gt=0, le=1000)] = 100
    ) -> JsonObject:
        """List the latest statements, or those that read one table."""
        found = usage.find(table=table, limit=limit)
        return {
            "statements": [
                {
                    "principal": one.principal,
                    "at": one.at,
                    "statement": one.statement,
                    "tables": one.tables,
                    "bytes_scanned": one.bytes_scanned,
                    "rows": one.rows,
                    "elapsed_ms": one.elapsed_ms,
                    "cached": one.is_cached,
                    "error": one.error,
                }
                for one in found
            ]
        }

    return router


def to_json(answer: Answer) -> bytes:
    """Return the answer as JSON; the rows go in as the query process encoded them."""
    document = {
        "columns": answer.columns,
        "rows": [msgspec.Raw(row) for row in answer.rows],
        "row_count": len(answer.rows),
        "partial": answer.reason is not None,
        "reason": answer.reason,
        "bytes_scanned": answer.bytes_scanned,
        "elapsed_ms": round(answer.elapsed_ms, 3),
        "cached": answer.is_cached,
        "snapshots": answer.tables,
    }
    return msgspec.json.encode(document)


def to_csv(answer: Answer) -> bytes:
    """Return the rows as CSV with a header; null is empty, nested values are JSON."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(column["name"] for column in answer.columns)
    for row in answer.rows:
        writer.writerow(map(_cell, _CELLS.decode(row)))
    return text.getvalue().encode()


def _cell(value: msgspec.Raw) -> str:
    """Return a value as CSV: text as it is, everything else as its JSON, digit by digit."""
    said = bytes(value)
    if said == b"null":
        return ""
    return msgspec.json.decode(said, type=str) if said.startswith(b'"') else said.decode()
