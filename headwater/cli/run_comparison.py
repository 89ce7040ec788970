"""`headwater runs compare`: what two runs of a job did differently."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from headwater.cli.asking import asking
from headwater.cli.difference_report import difference_lines, facet_lines, print_lines
from headwater.cli.lineage_tree import Graph as Answer
from headwater.cli.session import Exit, Session, print_json
from headwater.cli.table import print_table, shown


def compare(
    context: typer.Context,
    before: Annotated[str, typer.Argument(help="The earlier run's id.")],
    after: Annotated[str, typer.Argument(help="The later run's id.")],
    *,
    job: Annotated[str | None, typer.Option(help="The job, where several share ids.")] = None,
    namespace: Annotated[str | None, typer.Option(help="The namespace of the job.")] = None,
    events: Annotated[
        list[Path] | None,
        typer.Option(help="Answer from a file of events, a line each, and no server."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compare two runs of a job; ends with 1 if they did something different."""
    session: Session = context.obj
    with asking(session, events or ()) as answers:
        found: Answer = answers.get(
            f"/api/v2/runs/{before}/comparison", to=after, job=job, namespace=namespace
        )
    if as_json:
        print_json(found)
    else:
        _print(found)
    if not found["same"]:
        raise typer.Exit(Exit.FAILED)


def _print(found: Answer) -> None:
    typer.echo(f"{found['job']['namespace']} {found['job']['name']}")
    runs = (found["before"], found["after"])
    rows = [
        ("run", *(run["id"] for run in runs)),
        ("state", *(run["state"].lower() for run in runs)),
    ]
    rows.append(("started", *((run["started_at"] or "?")[:19].replace("T", " ") for run in runs)))
    rows.append(("seconds", *(_seconds(run["duration_ms"]) for run in runs)))
    if any(run["error"] for run in runs):
        rows.append(("error", *((run["error"] or "").partition("\n")[0] for run in runs)))
    rows += _numbers(found)
    print_table(("", "before", "after"), rows, whole=("before", "after"))
    lines = [*difference_lines(found["difference"]), *facet_lines(found["run_facets"])]
    if lines:
        print_lines(lines)
    else:
        typer.echo("Both did the same to the same.")


def _numbers(found: Answer) -> Iterator[tuple[str, str, str]]:
    for dataset in found["datasets"]:
        for one in dataset["statistics"]:
            name = f"{dataset['name']} {one['name']}"
            yield name, shown(one["before"]), shown(one["after"])


def _seconds(milliseconds: int | None) -> str:
    return "?" if milliseconds is None else f"{milliseconds / 1000:,.1f}"
