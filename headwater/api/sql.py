"""Questions in SQL: POST /api/v2/sql, and who asked what: GET /api/v2/usage.

A statement ends when its caller goes: closing the connection is how to cancel one.
"""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Callable
from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from headwater.api.access import Reader
from headwater.api.shapes import answers
from headwater.api.shapes.sql import SqlAnswer, UsageList
from headwater.lake.usage import Usage
from headwater.query.sql.session import Answer, Question, SqlSession
from headwater.query.sql.waiting import Waiting

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

    @router.post("/sql", responses=answers(SqlAnswer))
    async def ask(
        request: Request,
        principal: Reader,
        statement: Statement,
        accept: Annotated[str, Header()] = "",
        format: Annotated[str, Query(description="csv, else JSON.")] = "",
    ) -> Response:
        """Run one SELECT over all zones; JSON, or CSV when that is accepted.

        A caller who closes the connection stops the statement.
        """
        as_of = None if statement.as_of is None else str(statement.as_of)
        question = Question(sql=statement.sql, as_of=as_of, limit=statement.limit)

        def run(waiting: Waiting) -> Response:
            answer = session.run(question, principal, waiting=waiting)
            if format == "csv" or _CSV in accept:
                headers = {"X-Headwater-Partial": answer.reason} if answer.reason else None
                return Response(to_csv(answer), media_type=_CSV, headers=headers)
            return Response(to_json(answer), media_type="application/json")

        return await _while_waiting(request, run)

    @router.get("/usage")
    def list_usage(
        _: Reader, table: str | None = None, limit: Annotated[int, Query(gt=0, le=1000)] = 100
    ) -> UsageList:
        """List the latest statements, or those that read one table."""
        found = usage.find(table=table, limit=limit)
        return {
            "statements": [
                {
                    "principal": one.principal,
                    "at": one.at,
                    "statement": one.statement,
                    "tables": dict(one.tables),
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


async def _while_waiting(request: Request, work: Callable[[Waiting], Response]) -> Response:
    """Work in a thread, and tell it when the caller is gone."""
    waiting = Waiting()

    async def watch() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            continue
        waiting.leave()

    watching = asyncio.create_task(watch())
    try:
        return await run_in_threadpool(work, waiting)
    finally:
        watching.cancel()


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
