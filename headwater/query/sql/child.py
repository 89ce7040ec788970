"""The process that runs statements: `python -m headwater.query.sql.child LAKE_FOLDER BYTES`.

It reads requests from standard input and writes one answer for each to standard output. It
ends when its input does, also in the middle of a statement, so it never outlives the server.
"""

from __future__ import annotations

import os
import resource
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Final

from headwater import duck
from headwater.engine.messages import Message, read_message, write_message
from headwater.errors import HeadwaterError, Unprocessable
from headwater.query.sql.functions import is_refused
from headwater.query.sql.relations import Relations
from headwater.query.sql.rows import describe, split_batches
from headwater.query.sql.statement import read_statement

_BATCH_ROWS: Final = 2048
_FUNCTIONS: Final = """
    SELECT function_name, arg_min(parameters, len(parameters)), min(description)
    FROM duckdb_functions() WHERE regexp_matches(function_name, '^[a-z][a-z0-9_]*$')
    AND function_type IN ('scalar', 'aggregate', 'macro') GROUP BY function_name ORDER BY ALL
"""
_MEGABYTE: Final = 1_000_000
_OWN_BYTES: Final = 2048 * 1024 * 1024
"""What the process itself may take: the interpreter, its libraries, thread stacks, Arrow."""


def main() -> None:
    """Answer requests until the input ends."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what others print is not an answer
    requests: SimpleQueue[Message] = SimpleQueue()
    threading.Thread(target=_listen, args=(requests,), daemon=True).start()
    _limit_memory(int(sys.argv[2]))
    relations = Relations(Path(sys.argv[1]))
    while True:
        write_message(answers, _answer(relations, requests.get()))


def _limit_memory(statement_bytes: int) -> None:
    """Keep what DuckDB does not count, such as one huge string, from taking the machine."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    most = statement_bytes + _OWN_BYTES
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def _listen(requests: SimpleQueue[Message]) -> None:
    while (request := read_message(sys.stdin.buffer)) is not None:
        requests.put(request)
    os._exit(0)  # the server is gone: nobody waits for the statement that runs


def _answer(relations: Relations, request: Message) -> Message:
    try:
        if request["kind"] == "functions":
            return {"functions": list(_functions())}
        return _run(relations, request)
    except HeadwaterError as error:
        return {
            "error": type(error).__name__,
            "message": error.message,
            "hint": error.hint,
            "path": getattr(error, "path", None),
            "details": getattr(error, "details", {}),
        }
    except Exception as error:  # noqa: BLE001  # the process edge: the server logs it
        return {"error": "HeadwaterError", "message": repr(error), "hint": None}


def _functions() -> Iterator[Message]:
    """Yield the functions that a statement may call, each with the arguments it takes."""
    connection = duck.connect(threads=1, memory_limit="64MiB")
    try:
        found = connection.execute(_FUNCTIONS).fetchall()
    finally:
        connection.close()
    for name, parameters, description in found:
        if not is_refused(name):
            signature = f"{name}({', '.join(parameters)})"
            yield {"name": name, "signature": signature, "description": description or None}


def _run(relations: Relations, request: Message) -> Message:
    connection = duck.connect(
        threads=request["threads"],
        memory_limit=f"{request['memory_bytes'] // 1024}KiB",
        temporary_directory=Path(request["temporary"]),
    )
    try:
        statement = read_statement(connection, request["sql"])
        scan = relations.define(connection, statement, request["as_of"])
        if scan.size_bytes > request["max_scan_bytes"]:
            raise Unprocessable(
                f"the statement would read up to {scan.size_bytes / _MEGABYTE:,.0f} MB, "
                f"the limit is {request['max_scan_bytes'] / _MEGABYTE:,.0f} MB",
                path="/sql",
                hint="name fewer columns or tables, or raise the setting query.max_scan_bytes",
            )
        duck.confine(connection, relations.folders(), spill_bytes=request["spill_bytes"])
        answer = _execute(connection, request)
    finally:
        connection.close()
    return {
        **answer,
        "tables": scan.versions,
        "bytes_scanned": scan.size_bytes,
        "is_repeatable": statement.is_repeatable,
    }


def _execute(connection: Any, request: Message) -> Message:
    timer = threading.Timer(request["timeout_seconds"], connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        relation = _bind(connection, request["sql"]).limit(request["limit"] + 1)
        types = [str(kind) for kind in relation.types]
        reader = relation.to_arrow_reader(_BATCH_ROWS)
        rows, reason = _collect(reader, request)
        return {"columns": describe(reader.schema, types), "rows": rows, "reason": reason}
    except duck.DuckError as error:
        raise _translate(error, request) from error
    except OSError as error:  # what Arrow makes of an error while it reads
        raise _translate(error, request) from error
    finally:
        timer.cancel()


def _bind(connection: Any, sql: str) -> Any:
    statement = duck.only_select(connection, sql)
    if statement is None:
        raise Unprocessable("the statement is refused: it is not one SELECT", path="/sql")
    try:
        return connection.sql(sql)
    except duck.DuckError:
        connection.execute(statement)  # fails too, and its error names the position
        raise


def _collect(reader: Any, request: Message) -> tuple[list[bytes], str | None]:
    """Return the rows as JSON and, when there are more, why not all of them."""
    rows: list[bytes] = []
    size = 0
    for batch in split_batches(reader):
        for row in batch:
            if len(rows) == request["limit"]:
                return rows, f"the answer has more than {request['limit']} rows"
            size += len(row) + 1
            if size > request["max_result_bytes"]:
                return rows, f"the answer has more than {request['max_result_bytes']} bytes"
            rows.append(row)
    return rows, None


def _translate(error: Exception, request: Message) -> HeadwaterError:
    said = duck.explain(error)
    if "INTERRUPT" in said.kind.upper() or "INTERRUPT" in said.message:
        return Unprocessable(
            f"the statement ran longer than {request['timeout_seconds']:g} s and was stopped",
            path="/sql",
            hint="read less, or raise the setting query.timeout_seconds",
        )
    if said.kind == "Out of Memory" or "failed to allocate" in said.message:
        return Unprocessable(
            f"the statement needs more than {request['memory_bytes'] / _MEGABYTE:,.0f} MB of "
            "memory",
            path="/sql",
            hint="group or filter more, or raise the setting query.memory_bytes",
        )
    return Unprocessable(
        f"the statement failed: {said.message}",
        path="/sql",
        details={} if said.position is None else {"position": said.position},
    )


if __name__ == "__main__":
    main()
