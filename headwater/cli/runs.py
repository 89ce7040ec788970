"""`headwater runs`: what ran, and why it failed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final

import typer

from headwater.cli.run_telemetry import print_telemetry, telemetry_of
from headwater.cli.session import Session, print_json

_WIDE: Final = 120
"""From this width on a run is one line; on less its id and its job stay whole in two."""

_ID: Final = 36
_EMPTY: Final = "Nothing ran yet: run a job with headwater run, or send OpenLineage events."

runs = typer.Typer(help="What ran, and why it failed.", invoke_without_command=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
OfNamespace = Annotated[str | None, typer.Option(help="The namespace of the job.")]


@runs.callback()
def default(context: typer.Context) -> None:
    """List runs when no other command is named."""
    if context.invoked_subcommand is None:
        list_runs(context)


@runs.command("list")
def list_runs(
    context: typer.Context,
    *,
    job: Annotated[str | None, typer.Option(help="Only runs of this job.")] = None,
    namespace: OfNamespace = None,
    state: Annotated[
        str | None, typer.Option(help="Only runs shown so, such as failed or running.")
    ] = None,
    after: Annotated[str | None, typer.Option(help="Those after a page, as it said.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List runs, the newest first."""
    session: Session = context.obj
    with session.answers() as answers:
        found = answers.get(
            "/api/v2/runs",
            job=job,
            namespace=namespace,
            state=None if state is None else state.upper(),
            limit=limit,
            after=after,
        )
    if as_json:
        print_json(found)
        return
    if not found["runs"]:
        typer.echo("No such runs." if after or state or job or namespace else _EMPTY)
        return
    print_runs(found["runs"])
    if found["next"]:
        typer.echo(f"There are more: --limit above {limit}, or --after {found['next']}")


@runs.command("show")
def show_run(
    context: typer.Context,
    run_id: Annotated[str, typer.Argument(help="The run's id.")],
    *,
    job: Annotated[
        str | None, typer.Option(help="The job, where several share the run's id.")
    ] = None,
    namespace: OfNamespace = None,
    as_json: AsJson = False,
) -> None:
    """Show one run with its error, inputs, outputs, children, stages, slowest span and logs."""
    session: Session = context.obj
    with session.answers() as answers:
        found = answers.get(f"/api/v2/runs/{run_id}", job=job, namespace=namespace)
        telemetry = telemetry_of(answers, run_id, job=job, namespace=namespace)
    if as_json:
        print_json(found | {"telemetry": telemetry})
        return
    print_run(found)
    print_telemetry(telemetry)


def print_runs(found: Iterable[Mapping[str, Any]]) -> None:
    """Print runs as a table as wide as the terminal; ids stay whole, so that they can be copied."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("run", no_wrap=True, min_width=_ID)
    table.add_column("state", no_wrap=True)
    if console.width >= _WIDE:
        table.add_column("started", no_wrap=True)
        table.add_column("seconds", no_wrap=True, justify="right")
    table.add_column("job", overflow="fold")
    if console.width >= _WIDE:
        table.add_column("error", overflow="fold", min_width=5)
    for run in found:
        started, seconds, error = _started(run), _seconds(run), _first_line(run) or ""
        cells = [run["id"], run["state"].lower(), started, seconds, run["job"]["name"], error]
        if console.width < _WIDE:
            when = started + (f", {seconds} s" if seconds else "")
            lines = (line for line in (run["job"]["name"], when, error) if line)
            cells = [*cells[:2], "\n".join(lines)]
        table.add_row(*(Text(cell) for cell in cells))
    console.print(table)


def _started(run: Mapping[str, Any]) -> str:
    return (run["started_at"] or "")[:19].replace("T", " ")


def _seconds(run: Mapping[str, Any]) -> str:
    return "" if run["duration_ms"] is None else f"{run['duration_ms'] / 1000:,.1f}"


def print_run(run: Mapping[str, Any]) -> None:
    """Print one run, its error first."""
    typer.echo(f"{run['job']['namespace']} {run['job']['name']}  {run['id']}")
    own = "" if run["own_state"] == run["state"] else f" (its own: {run['own_state'].lower()})"
    typer.echo(f"state     {run['state'].lower()}{own}")
    typer.echo(f"time      {run['started_at'] or '?'} .. {run['ended_at'] or '?'}")
    if run["parent"]:
        typer.echo(f"parent    {run['parent']['job']['name']}  {run['parent']['id']}")
    if run["error"]:
        typer.echo(f"error     {run['error']['message']}")
        for line in (run["error"]["stack_trace"] or "").splitlines():
            typer.echo(f"          {line}")
    for side in ("inputs", "outputs"):
        for dataset in run[side]:
            part = f"  where {dataset['part']}" if dataset.get("part") else ""
            typer.echo(f"{side[:-1]:<9} {dataset['namespace']} {dataset['name']}{part}")
    if run["children"]:
        typer.echo("children")
        print_runs(run["children"])


def _first_line(run: Mapping[str, Any]) -> str | None:
    if not run["error"]:
        return None
    message: str = run["error"]["message"]
    return message.splitlines()[0][:80] if message else None
