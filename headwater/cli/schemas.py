"""`headwater schemas`: the JSON Schema of each source."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from headwater.cli.ingest import read_json_file
from headwater.cli.session import Session, print_json
from headwater.cli.table import print_table
from headwater.model.json import JsonObject

schemas = typer.Typer(help="The JSON Schema of each source.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Source = Annotated[str, typer.Argument(help="The source.")]


@schemas.command("list")
def list_schemas(
    context: typer.Context,
    *,
    source: Annotated[str | None, typer.Option(help="Only this source.")] = None,
    as_json: AsJson = False,
) -> None:
    """List all versions."""
    session: Session = context.obj
    with session.answers() as answers:
        found = answers.get("/api/v2/schemas", source=source)
    if as_json:
        print_json(found)
        return
    if not found["schemas"]:
        whose = "no source has a schema yet" if source is None else f"{source} has no schema yet"
        typer.echo(f"{whose}: headwater schemas register SOURCE FILE")
        return
    print_table(
        ("source", "version", "columns", "dedupe", "event time", "by"),
        (
            (
                one["source"],
                f"{one['version']}{' (proposed)' if one['proposed'] else ''}",
                len(one["columns"]),
                one["dedupe"] + (f" {', '.join(one['key'])}" if one["key"] else ""),
                one["event_time"] or "",
                one["registered_by"],
            )
            for one in found["schemas"]
        ),
    )


@schemas.command("show")
def show_schema(
    context: typer.Context,
    source: Source,
    *,
    version: Annotated[int | None, typer.Option(help="A version [default: the latest].")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the columns of a source."""
    session: Session = context.obj
    with session.answers() as answers:
        found = answers.get("/api/v2/schemas/version", source=source, version=version)
    if as_json:
        print_json(found)
        return
    _print_columns(found)


@schemas.command("register")
def register_schema(
    context: typer.Context,
    source: Source,
    file: Annotated[Path, typer.Argument(help="A file with the JSON Schema.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Register a version; one that adds a field or widens a type is taken, others are refused."""
    schema = read_json_file(file)
    session: Session = context.obj
    with session.answers() as answers:
        stored = answers.put("/api/v2/schemas", schema, source=source)
    if as_json:
        print_json(stored)
        return
    typer.echo(f"{source} has version {stored['version']}")
    _print_columns(stored)


def _print_columns(schema: JsonObject) -> None:
    print_table(
        ("column", "type", "field", "required"),
        (
            (one["name"], one["type"], one["field"], "yes" if one["required"] else "")
            for one in schema["columns"]
        ),
    )
