"""`headwater tables`: what is in the lake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from headwater.cli.session import Session, print_json
from headwater.cli.sql import print_answer, size
from headwater.cli.table import print_table
from headwater.model.json import JsonObject

if TYPE_CHECKING:
    from headwater.cli.answers import Answers


def tables(
    context: typer.Context,
    table: Annotated[str | None, typer.Argument(help="zone.name; without it all.")] = None,
    *,
    snapshots: Annotated[bool, typer.Option("--snapshots", help="Its commits.")] = False,
    preview: Annotated[bool, typer.Option("--preview", help="Some of its rows.")] = False,
    as_of: Annotated[str | None, typer.Option(help="With --preview: as it was then.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the tables, or show the columns, snapshots or first rows of one."""
    if preview and snapshots:
        raise typer.BadParameter("give --preview or --snapshots")
    if table is None and (preview or snapshots):
        raise typer.BadParameter("name the table: headwater tables zone.name --preview")
    if as_of is not None and not preview:
        raise typer.BadParameter("--as-of goes with --preview")
    session: Session = context.obj
    with session.answers() as answers:
        found = _find(answers, table, snapshots=snapshots, preview=preview, as_of=as_of)
    if as_json:
        print_json(found)
    elif table is None:
        print_tables(found)
    elif preview:
        print_answer(found)
    elif snapshots:
        _print_snapshots(found)
    else:
        print_table(
            ("column", "type", "required", "description"),
            (
                (one["name"], one["type"], one.get("required"), one.get("description"))
                for one in found["columns"]
            ),
            title=table,
        )


def _find(
    answers: Answers, table: str | None, *, snapshots: bool, preview: bool, as_of: str | None
) -> Any:
    if table is None:
        return answers.get("/api/v2/tables")
    if preview:
        return answers.get("/api/v2/tables/preview", table=table, as_of=as_of)
    return answers.get(f"/api/v2/tables/{'snapshots' if snapshots else 'schema'}", table=table)


def print_tables(found: JsonObject, *, title: str | None = None) -> None:
    """Print the list of tables."""
    if not found["tables"]:
        typer.echo("No table yet: send records with headwater ingest, then headwater run.")
        return
    print_table(
        ("table", "rows", "columns", "size", "changed"),
        (
            (
                one["table"],
                one["rows"],
                one["columns"],
                "" if one["size_bytes"] is None else size(one["size_bytes"]),
                (one["changed_at"] or "")[:19].replace("T", " "),
            )
            for one in found["tables"]
        ),
        title=title,
    )


def _print_snapshots(found: JsonObject) -> None:
    print_table(
        ("snapshot", "committed", "operation", "rows", "run"),
        (
            (
                one["id"],
                one["committed_at"][:19].replace("T", " "),
                one["operation"],
                int(one["summary"].get("total-records", 0)),
                one["summary"].get("headwater.run-id", ""),
            )
            for one in found["snapshots"]
        ),
        title=found["table"],
        whole=("snapshot", "run"),
    )
