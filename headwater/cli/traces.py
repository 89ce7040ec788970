"""`headwater traces`: what happened inside runs and services, span by span."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Final

import typer

from headwater.cli.session import Session, print_json
from headwater.cli.table import print_table
from headwater.model.json import JsonObject

_BAR: Final = 24

traces = typer.Typer(help="What happened inside runs, span by span.", invoke_without_command=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@traces.callback()
def default(context: typer.Context) -> None:
    """List traces when no other command is named."""
    if context.invoked_subcommand is None:
        list_traces(context)


@traces.command("list")
def list_traces(
    context: typer.Context,
    *,
    run: Annotated[str | None, typer.Option(help="Traces of this run.")] = None,
    service: Annotated[str | None, typer.Option(help="With a span of this service.")] = None,
    attribute: Annotated[
        list[str] | None, typer.Option(help="With an attribute, as key:value; may be repeated.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List traces, the latest first."""
    session: Session = context.obj
    with session.answers() as answers:
        found = answers.get(
            "/api/v2/traces", run=run, service=service, attribute=attribute, limit=limit
        )
    if as_json:
        print_json(found)
        return
    if not found["traces"]:
        typer.echo("No traces. Send some: set OTEL_EXPORTER_OTLP_ENDPOINT to the server's address.")
        return
    print_table(
        ("trace", "start", "ms", "spans", "errors", "service", "operation"),
        [
            (
                one["trace_id"],
                one["start"][:19].replace("T", " "),
                one["duration_ms"],
                one["spans"],
                one["errors"],
                one["service"],
                one["operation"],
            )
            for one in found["traces"]
        ],
        whole=("trace",),
    )


@traces.command("show")
def show_trace(
    context: typer.Context,
    trace_id: Annotated[str, typer.Argument(help="The trace's id.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Show the spans of a trace as a waterfall."""
    session: Session = context.obj
    with session.answers() as answers:
        found = answers.get(f"/api/v2/traces/{trace_id}")
    if as_json:
        print_json(found)
        return
    typer.echo(f"{found['trace_id']}  {found['start'][:19]}  {found['duration_ms']:,.3f} ms")
    for run in found["run_ids"]:
        typer.echo(f"run {run}")
    whole = found["duration_ms"] or 1.0
    print_table(
        ("span", "service", "ms", "when", "status"),
        [
            (
                "  " * depth + span["name"],
                span["service"],
                span["duration_ms"],
                _bar(span["offset_ms"] / whole, span["duration_ms"] / whole),
                span["message"] or ("" if span["status"] == "unset" else span["status"]),
            )
            for depth, span in _as_tree(found["spans"])
        ],
        whole=("when",),
    )


def _as_tree(spans: Sequence[JsonObject]) -> Iterator[tuple[int, JsonObject]]:
    """Yield spans below their parents with their depth; one whose parent is missing is a root.

    Spans that are each other's parents are shown too, below the first of them.
    """
    known = {span["span_id"] for span in spans}
    children: dict[str | None, list[JsonObject]] = {}
    for span in spans:
        parent = span["parent_span_id"]
        children.setdefault(parent if parent in known else None, []).append(span)
    seen = set()
    for root in (*children.get(None, []), *spans):
        waiting = [(0, root)]
        while waiting:
            depth, span = waiting.pop()
            if span["span_id"] in seen:
                continue
            seen.add(span["span_id"])
            yield depth, span
            below = children.get(span["span_id"], [])
            waiting += [(depth + 1, child) for child in reversed(below)]


def _bar(start: float, length: float) -> str:
    """Draw when a span was, within its trace."""
    first = min(_BAR - 1, round(start * _BAR))
    width = max(1, min(_BAR - first, round(length * _BAR)))
    return " " * first + "█" * width + " " * (_BAR - first - width)
