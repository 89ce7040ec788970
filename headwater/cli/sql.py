"""`headwater sql`: one SELECT over all zones."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from headwater.cli.progress import progress
from headwater.cli.session import Session, print_json
from headwater.cli.table import fits, print_records, print_table
from headwater.model.json import JsonObject


def sql(
    context: typer.Context,
    statement: Annotated[str, typer.Argument(help="One SELECT; - reads it from stdin.")],
    *,
    as_of: Annotated[
        str | None, typer.Option(help="A time, or a snapshot id: the tables as they were.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=0, help="How many rows at most.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the whole answer as JSON.")
    ] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
) -> None:
    """Ask a question of the tables in raw, processed, curated and quarantine."""
    if as_json and as_csv:
        raise typer.BadParameter("give --json or --csv")
    text = sys.stdin.read() if statement == "-" else statement
    question = {"sql": text, "as_of": as_of, "limit": limit}
    session: Session = context.obj
    with (
        session.answers() as answers,
        progress("Asking", total=None, quiet=as_json),
    ):
        accept = "text/csv" if as_csv else "application/json"
        reply = answers.post_json("/api/v2/sql", question, headers={"Accept": accept})
    if as_csv:
        sys.stdout.write(reply.body.decode())
    elif as_json:
        print_json(json.loads(reply.body))
    else:
        print_answer(json.loads(reply.body))


def print_answer(found: JsonObject, *, title: str | None = None) -> None:
    """Print the rows of an answer and what they cost."""
    names = [column["name"] for column in found["columns"]]
    rows = [
        [str(value) if name == "year" and value is not None else value for name, value in cells]
        for cells in (tuple(zip(names, row, strict=True)) for row in found["rows"])
    ]
    if fits(names, rows):
        print_table(names, rows, title=title)
    else:
        print_records(names, rows, title=title or "")
    typer.echo(cost_of(found))
    if found["partial"]:
        typer.echo(f"Partial: {found['reason']}.")


def cost_of(found: JsonObject) -> str:
    """Say in a line how many rows there are and what they cost."""
    rows = f"{found['row_count']:,} row{'' if found['row_count'] == 1 else 's'}"
    if found["cached"]:
        return f"{rows} in {found['elapsed_ms']:,.1f} ms from the cache"
    return f"{rows} in {found['elapsed_ms']:,.0f} ms, {size(found['bytes_scanned'])} read"


def size(count: float) -> str:
    """Return a number of bytes as people say it."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:,.0f} {unit}" if unit == "B" else f"{count:,.1f} {unit}"
        count /= 1000
    return f"{count:,.1f} TB"
