"""What telemetry knows of a run, and why a table is late, for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import typer

from headwater.cli.answers import Answers
from headwater.cli.table import print_table
from headwater.errors import HeadwaterError

_MOST_LOGS: Final = 10


def telemetry_of(answers: Answers, run_id: str, **which: str | None) -> Mapping[str, Any]:
    """Return what telemetry knows of a run; where it cannot answer, why."""
    try:
        found: Mapping[str, Any] = answers.get(f"/api/v2/runs/{run_id}/telemetry", **which)
    except HeadwaterError as error:
        return {"unavailable": str(error)}
    return found


def print_telemetry(found: Mapping[str, Any]) -> None:
    """Print stages, the slowest span, errors, logs and traces, whatever there is of them."""
    if "unavailable" in found:
        typer.echo(f"telemetry is missing: {found['unavailable']}")
        return
    for side, data in (found["data"] or {}).items():
        said = [f"{data[what]:,} {what}" for what in ("rows", "bytes") if data[what] is not None]
        if said:
            typer.echo(f"{'read' if side == 'inputs' else 'written':<9} {', '.join(said)}")
    if found["reason"]:
        typer.echo(found["reason"])
    if found["stages"]:
        print_table(
            ("stage", "ms", "spans", "errors", "read", "written"),
            [
                (
                    one["name"],
                    one["busy_ms"],
                    one["spans"],
                    one["errors"],
                    _known(one["records"]["read"]),
                    _known(one["records"]["written"]),
                )
                for one in found["stages"]
            ],
        )
    slowest = found["slowest_span"]
    if slowest is not None:
        typer.echo(f"slowest   {slowest['name']}, {slowest['own_ms']:,.1f} ms of its own")
    for one in found["errors"]:
        typer.echo(f"failed    {one['name']}: {one['message'] or 'no message'}")
    for one in found["logs"][:_MOST_LOGS]:
        typer.echo(f"log       {one['time'][:19]} {one['severity'] or ''} {one['body']}")
    for one in found["traces"]:
        probable = " (probable: only name and time fit)" if one["how"] == "probable" else ""
        typer.echo(f"trace     {one['trace_id']}{probable}")


def print_path(found: Mapping[str, Any]) -> None:
    """Print the runs that led to a table, first cause first, and what took longest."""
    if not found["steps"]:
        typer.echo("No run of it has completed yet: headwater runs list shows what ran.")
        return
    print_table(
        ("run", "job", "started", "ended", "waited s", "took s", "since then"),
        [
            (
                one["run_id"],
                one["job"]["name"],
                (one["started_at"] or "?")[:19].replace("T", " "),
                (one["ended_at"] or "?")[:19].replace("T", " "),
                _seconds(one["waited_ms"]),
                _seconds(one["took_ms"]),
                "" if one["later"] is None else one["later"]["state"].lower(),
            )
            for one in found["steps"]
        ],
        whole=("run",),
    )
    dominant = found["dominant"]
    if dominant is not None:
        what = "the work of" if dominant["what"] == "run" else "the wait before"
        job = dominant["job"]["name"]
        typer.echo(f"Longest: {what} {job}, {dominant['ms'] / 1000:,.1f} s")
    if found["partial"]:
        typer.echo("The path is longer than what is shown.")


def _known(count: int | None) -> str:
    return "" if count is None else f"{count:,}"


def _seconds(milliseconds: int | None) -> str:
    return "" if milliseconds is None else f"{milliseconds / 1000:,.1f}"
